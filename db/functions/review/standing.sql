-- review.standing: the applied answers to an item that nobody took back, oldest first.
--
-- Promises: decisions of the item. Reads review.decisions, locks nothing.
CREATE OR REPLACE FUNCTION review.standing(p_item_id bigint) RETURNS SETOF review.decisions
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.* FROM review.decisions AS d
    WHERE d.item_id = p_item_id AND d.applied AND d.action <> 'undo'
        AND NOT EXISTS (SELECT FROM review.decisions AS u WHERE u.action = 'undo' AND u.supersedes = d.decision_id)
    ORDER BY d.decision_id;
END;

COMMENT ON FUNCTION review.standing(bigint) IS 'Answers to an item that hold or held until the next.';
