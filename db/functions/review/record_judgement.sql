-- review.record_judgement: whether an answer found the machine right, with the score that the machine had.
--
-- Promises: one row of review.judgement for an answer about a value or an audit; none for other questions. Called once a
-- decision, before it is applied: afterwards the value has the score of an answer. A later answer to the same item keeps
-- the score of the first.
CREATE OR REPLACE FUNCTION review.record_judgement(
    p_item review.items, p_decision_id bigint, p_result text, p_null_reason text
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO review.judgement (
        decision_id, item_id, source_id, field, document_id, audited, score, confidence, was_right, cells)
    SELECT p_decision_id, p_item.item_id, p_item.source_id, p_item.field, p_item.document_id, p_item.decision_on = 'audit',
        coalesce(e.score, a.score, d.score), coalesce(e.confidence, a.confidence, d.confidence),
        coalesce(p_result, 'NULL ' || p_null_reason)
            IS NOT DISTINCT FROM coalesce(p_item.machine_value, 'NULL ' || d.null_reason),
        p_item.cells
    FROM stage.distinct_values AS d
    LEFT JOIN LATERAL (
        SELECT j.score, j.confidence FROM review.judgement AS j
        WHERE j.item_id = p_item.item_id ORDER BY j.decision_id LIMIT 1
    ) AS e ON true
    LEFT JOIN LATERAL (
        SELECT r.score, r.confidence FROM review.audit_draw AS r
        WHERE r.item_id = p_item.item_id ORDER BY r.drawn_at LIMIT 1
    ) AS a ON true
    WHERE d.value_id = p_item.value_id AND p_item.decision_on IN ('value', 'audit') AND p_item.field IS NOT NULL
        AND coalesce(e.score, a.score, d.score) IS NOT NULL AND coalesce(e.confidence, a.confidence, d.confidence) IS NOT NULL;
END
$$;

COMMENT ON FUNCTION review.record_judgement(review.items, bigint, text, text) IS 'Keeps whether the machine was right.';
