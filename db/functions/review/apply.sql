-- review.apply: an answer takes effect.
--
-- Promises: a value's answer becomes the correction of its text and every cell that shares it has it, in one statement a
-- table; a reading's answer is kept with the reading; a column is mapped; a cell's finding is settled. Returns the cells
-- settled. The caller holds the source's lock. May run again with the same answer.
CREATE OR REPLACE FUNCTION review.apply(
    p_item review.items, p_decision_id bigint, p_action text, p_result text, p_null_reason text, p_reviewer text
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_values bigint[];
BEGIN
    IF p_item.decision_on = 'column' THEN
        PERFORM clean.map_column(p_item.document_id, p_item.column_position, p_result);
        RETURN p_item.cells;
    ELSIF p_item.decision_on = 'cell' THEN
        UPDATE stage.cell_findings AS f
        SET needs_review = false, decision_id = p_decision_id, effect = 0,
            decided_value = CASE WHEN p_action <> 'accept' THEN p_result END,
            decided_null_reason = CASE WHEN p_action <> 'accept' THEN p_null_reason END
        WHERE f.document_id = p_item.document_id AND f.row_index = p_item.row_index
            AND f.column_position = p_item.column_position;
        RETURN 1;
    ELSIF p_item.decision_on = 'reading' AND p_item.proposal_field IS NULL THEN
        UPDATE stage.readings AS r
        SET decided_date_order = CASE WHEN r.kind = 'date' THEN p_result END,
            decided_unit = CASE WHEN r.kind <> 'date' THEN p_result END,
            decided_null_reason = p_null_reason
        WHERE r.reading_id = p_item.reading_id;
        v_values := ARRAY(SELECT d.value_id FROM stage.distinct_values AS d WHERE d.reading_id = p_item.reading_id);
    ELSIF p_item.decision_on = 'reading' THEN
        v_values := ARRAY(
            SELECT d.value_id FROM stage.distinct_values AS d
            WHERE d.reading_id = p_item.reading_id AND d.needs_review AND d.proposal_field = p_item.proposal_field);
        PERFORM review.correct(p_item, d.raw_value, p_result, p_null_reason, p_decision_id, p_reviewer)
        FROM stage.distinct_values AS d WHERE d.value_id = ANY (v_values);
    ELSE
        PERFORM review.correct(p_item, p_item.subject, p_result, p_null_reason, p_decision_id, p_reviewer);
        v_values := review.values_about(p_item);
    END IF;
    RETURN clean.reclean_values(p_item.source_id, p_item.field, v_values);
END
$$;

COMMENT ON FUNCTION review.apply(review.items, bigint, text, text, text, text) IS 'Makes an answer hold.';
