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
    v_state jsonb;
BEGIN
    IF p_before.decision_id IS NOT NULL THEN
        RETURN review.apply(
            p_item, p_before.decision_id, p_before.action, p_before.result, p_before.result_null_reason, p_before.reviewer);
    ELSIF p_item.decision_on = 'pair' THEN
        PERFORM identity.take_answer(p_item.item_key, 'withdrawn', p_last.reviewer, p_last.decision_id);
        RETURN p_item.cells;
    ELSIF p_item.decision_on = 'column' THEN
        v_state := p_last.seen -> 'column_state';
        DELETE FROM ref.header_alias AS a USING stage.source AS s, stage.columns AS c
        WHERE s.source_id = p_item.source_id AND a.source_type = s.source_type AND a.source_name = s.source_name
            AND c.document_id = p_item.document_id AND c.column_position = p_item.column_position AND a.alias = c.header_raw;
        INSERT INTO ref.header_alias (alias, source_type, source_name, field, unit, language, shipped)
        SELECT a.alias, a.source_type, a.source_name, a.field, a.unit, a.language, a.shipped
        FROM jsonb_populate_record(NULL::ref.header_alias, nullif(v_state -> 'alias', 'null')) AS a WHERE a.alias IS NOT NULL;
        PERFORM clean.map_column(p_item.document_id, p_item.column_position, v_state #>> '{column,field}', false);
        UPDATE stage.columns AS c
        SET mapping_method = b.mapping_method, mapping_confidence = b.mapping_confidence, needs_review = b.needs_review,
            review_reason = b.review_reason
        FROM jsonb_populate_record(NULL::stage.columns, v_state -> 'column') AS b
        WHERE c.document_id = p_item.document_id AND c.column_position = p_item.column_position;
        RETURN p_item.cells;
    ELSIF p_item.decision_on = 'cell' THEN
        -- here and in the versions that took the answer over
        WITH gone AS (
            DELETE FROM stage.cell_findings AS f WHERE f.decision_id = p_last.decision_id RETURNING f.document_id
        )
        SELECT array_agg(DISTINCT g.document_id) INTO v_values FROM gone AS g;
        PERFORM clean.check_rows(d) FROM unnest(v_values) AS d;
        PERFORM promote.request(v_values);
        RETURN 1;
    ELSIF p_item.decision_on = 'reading' THEN
        PERFORM review.forget_reading(p_item);
        RETURN p_item.cells;
    END IF;
    v_values := review.values_about(p_item);
    DELETE FROM review.correction AS c WHERE c.decision_id = p_last.decision_id;
    RETURN clean.reclean_values(p_item.source_id, p_item.field, v_values);
END
$$;

COMMENT ON FUNCTION review.revert(review.items, review.decisions, review.decisions) IS 'Undoes what an answer did.';
