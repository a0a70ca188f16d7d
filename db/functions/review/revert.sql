-- review.revert: the state before an answer: that of the answer before it, or none.
--
-- Promises: corrections, readings, columns and findings are as p_before left them. Returns the cells concerned.
-- The caller holds the source's lock.
CREATE OR REPLACE FUNCTION review.revert(p_item review.items, p_last review.decisions, p_before review.decisions) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_values bigint[];
BEGIN
    IF p_before.decision_id IS NOT NULL THEN
        RETURN review.apply(p_item, p_before.decision_id, p_before.action, p_before.result, p_before.result_null_reason, p_before.reviewer);
    ELSIF p_item.decision_on = 'column' THEN
        DELETE FROM ref.header_alias AS a USING stage.source AS s, stage.columns AS c
        WHERE s.source_id = p_item.source_id AND a.source_type = s.source_type AND a.source_name = s.source_name AND NOT a.shipped
            AND c.document_id = p_item.document_id AND c.column_position = p_item.column_position AND a.alias = c.header_raw;
        PERFORM clean.map_column(p_item.document_id, p_item.column_position, p_item.field, false);
        UPDATE stage.columns AS c SET mapping_method = 'none', mapping_confidence = 0, needs_review = true, review_reason = p_item.reason
        WHERE c.document_id = p_item.document_id AND c.column_position = p_item.column_position;
        RETURN p_item.cells;
    ELSIF p_item.decision_on = 'cell' THEN
        DELETE FROM stage.cell_findings AS f
        WHERE f.document_id = p_item.document_id AND f.row_index = p_item.row_index
            AND f.column_position = p_item.column_position AND f.decision_id = p_last.decision_id;
        PERFORM clean.check_rows(p_item.document_id);
        RETURN 1;
    ELSIF p_item.decision_on = 'reading' AND p_item.proposal_field IS NULL THEN
        UPDATE stage.readings AS r SET decided_date_order = NULL, decided_unit = NULL, decided_null_reason = NULL
        WHERE r.reading_id = p_item.reading_id;
        v_values := ARRAY(SELECT d.value_id FROM stage.distinct_values AS d WHERE d.reading_id = p_item.reading_id);
    ELSE
        v_values := CASE WHEN p_item.decision_on = 'reading' THEN ARRAY(
            SELECT d.value_id FROM stage.distinct_values AS d JOIN review.correction AS c ON c.raw_value = d.raw_value
            WHERE d.reading_id = p_item.reading_id AND c.decision_id = p_last.decision_id)
            ELSE review.values_about(p_item) END;
        DELETE FROM review.correction AS c WHERE c.decision_id = p_last.decision_id;
    END IF;
    RETURN clean.reclean_values(p_item.source_id, p_item.field, v_values);
END
$$;

COMMENT ON FUNCTION review.revert(review.items, review.decisions, review.decisions) IS 'Undoes what an answer did.';
