-- review.correct: an answer about a text becomes, or changes, its correction.
--
-- Promises: one row for the item's source and field and this text, with its evidence: how often so, how often otherwise, by
-- whom, when. Locks that row. Each call counts once.
CREATE OR REPLACE FUNCTION review.correct(
    p_item review.items, p_raw_value text, p_result text, p_null_reason text, p_decision_id bigint, p_reviewer text
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO review.correction AS c (source_id, field, raw_value, corrected_value, null_reason, decision_id, reviewers)
    VALUES (p_item.source_id, coalesce(p_item.field, ''), p_raw_value, p_result, p_null_reason, p_decision_id, ARRAY[p_reviewer])
    ON CONFLICT (source_id, field, hashtextextended(raw_value, 0)) DO UPDATE
    SET times = CASE WHEN (c.corrected_value, c.null_reason) IS NOT DISTINCT FROM (excluded.corrected_value, excluded.null_reason)
            THEN c.times + 1 ELSE 1 END,
        contradicted = CASE
            WHEN (c.corrected_value, c.null_reason) IS NOT DISTINCT FROM (excluded.corrected_value, excluded.null_reason)
            THEN c.contradicted ELSE c.contradicted + c.times END,
        corrected_value = excluded.corrected_value, null_reason = excluded.null_reason, decision_id = excluded.decision_id,
        reviewers = array_append(array_remove(c.reviewers, p_reviewer), p_reviewer), last_at = clock_timestamp();
END
$$;

COMMENT ON FUNCTION review.correct(review.items, text, text, text, bigint, text) IS 'Remembers what a text means.';
