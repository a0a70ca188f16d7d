-- review.suggestion_work: what a worker has to compare so that open items of a source get their suggestions.
--
-- Promises: items that have none yet, by field: their texts, and the texts that may be like them: texts of that field that
-- people corrected before (of any source; not where another identifier, date or number is another thing however like it
-- is) and the spellings of the field's vocabulary, all as ref.match_key. Of each text the worker keeps the keep likest with
-- a likeness of cutoff or more (policies suggestion_candidates, suggestion_likeness and vocabulary_likeness). Locks nothing.
CREATE OR REPLACE FUNCTION review.suggestion_work(p_source_id integer)
RETURNS TABLE (item_ids bigint[], texts text[], candidates text[], keep integer, cutoff real)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT w.item_ids, w.texts, coalesce(c.candidates, '{}'), review.policy_value('suggestion_candidates')::integer,
        least(review.policy_value('suggestion_likeness'), review.policy_value('vocabulary_likeness'))::real
    FROM (
        SELECT i.field, f.kind, f.dimension, array_agg(i.item_id) AS item_ids,
            coalesce(array_agg(DISTINCT ref.match_key(i.subject)) FILTER (
                WHERE i.decision_on IN ('value', 'cell') AND ref.match_key(i.subject) <> ''), '{}') AS texts
        FROM review.items AS i
        LEFT JOIN ref.field AS f USING (field)
        WHERE i.source_id = p_source_id AND i.suggested_at IS NULL AND i.decision_on <> 'audit'
        GROUP BY i.field, f.kind, f.dimension
    ) AS w
    LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT k.key) AS candidates
        FROM (
            SELECT r.raw_key AS key FROM review.correction AS r
            WHERE r.field = coalesce(w.field, '') AND r.corrected_value IS NOT NULL AND r.raw_key <> ''
                AND coalesce(w.kind, 'text') IN ('name', 'country', 'gear', 'vessel_type', 'species', 'area', 'rfmo', 'unit', 'text')
            UNION ALL
            SELECT s.key FROM review.spelling AS s
            WHERE s.kind = w.kind AND (s.dimension IS NULL OR s.dimension = w.dimension)
        ) AS k
    ) AS c ON w.texts <> '{}';
END
$$;

COMMENT ON FUNCTION review.suggestion_work(integer) IS 'Texts and what may be like them, for the queue ask.';
