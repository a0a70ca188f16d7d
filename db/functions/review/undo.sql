-- review.undo: takes back what the last applied answer to an item did.
--
-- Promises: the answer before it holds again, or none, and the item is open again if nothing holds (or withdrawn, where a
-- later file has raised the same question); a row of
-- review.decisions says who took it back. OC002 where nothing was applied. Locks the item and the source.
CREATE OR REPLACE FUNCTION review.undo(
    p_item_id bigint, p_reviewer text, p_note text DEFAULT NULL, OUT decision_id bigint, OUT cells_settled bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_item review.items;
    v_last review.decisions;
    v_before review.decisions;
BEGIN
    PERFORM review.check_reviewer(p_reviewer);
    -- the source before the item, as review.decide does
    PERFORM clean.lock_source(i.source_id) FROM review.items AS i WHERE i.item_id = p_item_id;
    SELECT * INTO v_item FROM review.items AS i WHERE i.item_id = p_item_id FOR UPDATE;
    SELECT * INTO v_last FROM review.standing(p_item_id) AS s ORDER BY s.decision_id DESC LIMIT 1;
    IF v_last.decision_id IS NULL THEN
        RAISE EXCEPTION 'item % has no answer to take back', p_item_id
            USING ERRCODE = 'OC002', HINT = 'SELECT * FROM review.decisions WHERE item_id = … shows its answers.';
    END IF;
    SELECT * INTO v_before FROM review.standing(p_item_id) AS s
    WHERE s.decision_id < v_last.decision_id ORDER BY s.decision_id DESC LIMIT 1;
    INSERT INTO review.decisions (item_id, action, reviewer, note, seen, applied, supersedes)
    VALUES (p_item_id, 'undo', p_reviewer, p_note, to_jsonb(v_item) - 'item_id', true, v_last.decision_id)
    RETURNING decisions.decision_id INTO decision_id;
    cells_settled := review.revert(v_item, v_last, v_before);
    UPDATE review.items AS i
    SET status = v.status, closed_at = CASE WHEN v.status <> 'open' THEN coalesce(i.closed_at, clock_timestamp()) END
    FROM (
        SELECT CASE
            WHEN v_before.decision_id IS NOT NULL THEN 'decided'
            -- a later file has raised the question anew: it is asked there
            WHEN EXISTS (
                SELECT FROM review.items AS o
                WHERE o.item_key = v_item.item_key AND o.item_id <> p_item_id AND o.status IN ('open', 'second', 'adjudication'))
                THEN 'withdrawn'
            ELSE 'open' END AS status
    ) AS v
    WHERE i.item_id = p_item_id;
    PERFORM review.follow_up(v_item);
END
$$;

COMMENT ON FUNCTION review.undo(bigint, text, text) IS 'Takes the last answer to an item back.';
