-- clean.take_similarities: takes in the similarities a worker computed, and grades the values anew by them.
--
-- Promises: values[i] has similarity similarities[i] (0 to 1), score, confidence and verdict; the document is gated when
-- nothing is missing. Values that changed or were compared meanwhile are graded all the same: the result depends on
-- what is stored, not on who came first. Locks the values; may be called twice with the same numbers.
CREATE OR REPLACE FUNCTION clean.take_similarities(p_document_id bigint, p_value_ids bigint[], p_similarities real[])
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Tables that were filled a moment ago have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
    PERFORM clean.lock_source((SELECT d.source_id FROM stage.documents AS d WHERE d.document_id = p_document_id));
    WITH compared AS MATERIALIZED (
        SELECT d.value_id, d.reading_id, d.rule_chain, s.similarity,
            CASE WHEN s.similarity > 0.95 THEN 1.0 WHEN s.similarity < 0.5 THEN 0.0 END AS class
        FROM unnest(p_value_ids, p_similarities) AS s (value_id, similarity)
        JOIN stage.distinct_values AS d USING (value_id)
        WHERE d.cleaned_value IS NOT NULL
    ), graded AS MATERIALIZED (
        SELECT k.reading_id, k.rule_chain, k.class, g.*
        FROM (SELECT DISTINCT c.reading_id, c.rule_chain, c.class FROM compared AS c) AS k
        JOIN stage.readings AS r USING (reading_id)
        JOIN stage.source AS s USING (source_id)
        CROSS JOIN LATERAL clean.grade(r.field, r.kind, s.trust, k.rule_chain, k.class) AS g
    )
    UPDATE stage.distinct_values AS d
    SET similarity = c.similarity, score = g.score, confidence = g.confidence, threshold = g.threshold,
        needs_review = g.needs_review, review_rule_id = g.review_rule_id, review_reason = g.review_reason
    FROM compared AS c
    JOIN graded AS g ON g.reading_id = c.reading_id AND g.rule_chain = c.rule_chain AND g.class IS NOT DISTINCT FROM c.class
    WHERE d.value_id = c.value_id;
    RETURN clean.finish_document(p_document_id);
END
$$;

COMMENT ON FUNCTION clean.take_similarities(bigint, bigint[], real[]) IS 'Similarities from a worker; the gate follows.';
