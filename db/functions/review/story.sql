-- review.story: the story of the cell in which an item is shown (clean.explain), for those who may only review.
--
-- Promises: the steps in order; none where the item is about no cleaned cell, and none while an audit is open: its reviewer
-- must not see how sure the machine was. Reads only, apart from temporary tables; may run again.
CREATE OR REPLACE FUNCTION review.story(p_item_id bigint)
RETURNS TABLE (step integer, stage text, rule_name text, before text, after text, effect real, note text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_item review.items;
BEGIN
    SELECT * INTO v_item FROM review.items AS i WHERE i.item_id = p_item_id;
    IF v_item.row_index IS NULL OR v_item.decision_on = 'audit' AND v_item.closed_at IS NULL OR NOT EXISTS (
        SELECT FROM stage.csv_extractions AS e
        WHERE e.document_id = v_item.document_id AND e.row_index = v_item.row_index AND e.column_position = v_item.column_position
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM clean.explain(v_item.document_id, v_item.row_index, v_item.column_position);
END
$$;

COMMENT ON FUNCTION review.story(bigint) IS 'Why the machine asks: the cell''s story, rule by rule.';
