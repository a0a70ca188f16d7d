-- review.remember_example: an applied decision becomes an example of the training corpus.
--
-- Promises: one row of stage.training_corpus a decision; the split depends on the document's bytes alone, so a document's
-- examples are all on one side. Called once a decision.
CREATE OR REPLACE FUNCTION review.remember_example(p_item review.items, p_decision_id bigint, p_result text, p_null_reason text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO stage.training_corpus (
        decision_id, document_id, source_type, source_name, field, column_name, raw_value, machine_value, corrected_value,
        null_reason, correction_type, context_before, context_after, difficulty, split)
    SELECT p_decision_id, p_item.document_id, s.source_type, s.source_name, p_item.field, c.column_name, p_item.subject,
        p_item.machine_value, p_result, p_null_reason,
        CASE
            WHEN p_item.decision_on IN ('column', 'reading') THEN 'mapping'
            WHEN p_result IS NULL THEN 'no_value'
            WHEN p_result IS NOT DISTINCT FROM p_item.machine_value THEN 'confirmed'
            ELSE 'corrected'
        END,
        p_item.context, p_item.context || jsonb_build_object(c.column_name, p_result),
        least(1, greatest(0, 1 - coalesce(d.confidence, 0)))::real,
        CASE get_byte(t.sha256, 0) % 10 WHEN 8 THEN 'validation' WHEN 9 THEN 'test' ELSE 'train' END
    FROM stage.documents AS t
    JOIN stage.source AS s USING (source_id)
    JOIN stage.columns AS c USING (document_id)
    LEFT JOIN stage.distinct_values AS d ON d.value_id = p_item.value_id
    WHERE t.document_id = p_item.document_id AND c.column_position = p_item.column_position;
END
$$;

COMMENT ON FUNCTION review.remember_example(review.items, bigint, text, text) IS 'A decision as something to learn from.';
