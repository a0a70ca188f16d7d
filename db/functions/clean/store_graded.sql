-- clean.store_graded: writes what cleaning made of stored values, where it differs from what is stored.
--
-- Promises: stage.distinct_values agrees with pg_temp.work_graded; the ids of the values that changed are returned. A score
-- that only a comparison can settle is left until it is compared. Their documents are promoted anew. Locks the values;
-- may run again: it then changes nothing.
CREATE OR REPLACE FUNCTION clean.store_graded() RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_changed bigint[];
BEGIN
    WITH updated AS (
        UPDATE stage.distinct_values AS d
        SET cleaned_value = g.cleaned_value, null_reason = g.null_reason, rule_chain = g.rule_chain,
            similarity = g.similarity, score = g.score, confidence = g.confidence, threshold = g.threshold,
            needs_review = g.needs_review, review_rule_id = g.review_rule_id, review_reason = g.review_reason,
            failed_part = g.failed_part, proposal = NULL, proposal_field = NULL, cleaned_at = clock_timestamp()
        FROM pg_temp.work_graded AS g
        WHERE d.value_id = g.value_id
            AND ((d.cleaned_value, d.null_reason, d.rule_chain)
                    IS DISTINCT FROM (g.cleaned_value, g.null_reason, g.rule_chain)
                OR d.threshold IS DISTINCT FROM g.threshold
                OR (g.similarity IS NOT NULL AND (d.score, d.confidence) IS DISTINCT FROM (g.score, g.confidence))
                OR (g.similarity IS NULL AND d.similarity BETWEEN 0.5 AND 0.95
                    AND (d.score, d.confidence) IS DISTINCT FROM (g.score, g.confidence)))
        RETURNING d.value_id
    )
    SELECT coalesce(array_agg(u.value_id), '{}') INTO v_changed FROM updated AS u;
    PERFORM clean.propose_values(ARRAY(
        SELECT d.value_id FROM stage.distinct_values AS d WHERE d.value_id = ANY (v_changed) AND d.needs_review));
    PERFORM promote.request(ARRAY(SELECT DISTINCT v.document_id FROM stage.cell_values AS v WHERE v.value_id = ANY (v_changed)));
    RETURN v_changed;
END
$$;

COMMENT ON FUNCTION clean.store_graded() IS 'Stored values become what they were just graded.';
