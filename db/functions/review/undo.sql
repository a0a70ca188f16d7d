-- review.undo: takes back what the last applied answer to an item did.
--
-- Promises: the answer before it holds again, or none, and the item is open again if nothing holds; a row of
-- review.decisions says who took it back. OC002 where nothing was applied. Locks the item and the source.
CREATE OR REPLACE FUNCTION review.undo(
    p_item_id bigint, p_reviewer text, p_note text DEFAULT NULL, OUT decision_id bigint, OUT cells_settled bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_item review.items;
    v_last review.decisions;
    v_before review.decisions;
BEGIN
    PERFORM review.check_reviewer(p_reviewer);
    SELECT * INTO v_item FROM review.items AS i WHERE i.item_id = p_item_id FOR UPDATE;
    SELECT * INTO v_last FROM review.standing(p_item_id) AS s ORDER BY s.decision_id DESC LIMIT 1;
    IF v_last.decision_id IS NULL THEN
        RAISE EXCEPTION 'item % has no answer to take back', p_item_id
            USING ERRCODE = 'OC002', HINT = 'SELECT * FROM review.decisions WHERE item_id = … shows its answers.';
    END IF;
    SELECT * INTO v_before FROM review.standing(p_item_id) AS s
    WHERE s.decision_id < v_last.decision_id ORDER BY s.decision_id DESC LIMIT 1;
    PERFORM clean.lock_source(v_item.source_id);
    INSERT INTO review.decisions (item_id, action, reviewer, note, seen, applied, supersedes)
    VALUES (p_item_id, 'undo', p_reviewer, p_note, to_jsonb(v_item) - 'item_id', true, v_last.decision_id)
    RETURNING decisions.decision_id INTO decision_id;
    cells_settled := review.revert(v_item, v_last, v_before);
    UPDATE review.items AS i
    SET status = CASE WHEN v_before.decision_id IS NULL THEN 'open' ELSE 'decided' END,
        closed_at = CASE WHEN v_before.decision_id IS NULL THEN NULL ELSE i.closed_at END
    WHERE i.item_id = p_item_id;
END
$$;

COMMENT ON FUNCTION review.undo(bigint, text, text) IS 'Takes the last answer to an item back.';
