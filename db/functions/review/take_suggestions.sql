-- review.take_suggestions: items get their suggestions, of which the likeness of texts was computed by a worker.
--
-- Promises: of each given item the likeliest answers (at most policy 'suggestions'), best first, as [{value, score, agent}]
-- with scores in [0, 1]: the machine's own proposal, answers that people gave to the same text elsewhere, to a like text
-- (likeness of policy suggestion_likeness or more), spellings of the vocabulary (vocabulary_likeness), fields that a column
-- may mean. p_likeness[n] is how alike p_texts[n] and p_candidates[n] are, from 0 to 1; review.suggestion_work named them.
-- Returns how many items it wrote. Locks these items; may be called twice.
CREATE OR REPLACE FUNCTION review.take_suggestions(
    p_item_ids bigint[], p_texts text[], p_candidates text[], p_likeness real[]
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_most integer := review.policy_value('suggestions')::integer;
    v_like_correction real := review.policy_value('suggestion_likeness')::real;
    v_like_spelling real := review.policy_value('vocabulary_likeness')::real;
    v_written bigint;
BEGIN
    WITH waiting AS MATERIALIZED (
        SELECT i.item_id, i.decision_on, coalesce(i.field, '') AS field, i.subject, ref.match_key(i.subject) AS key, i.proposal,
            i.document_id, i.column_position, f.kind, f.dimension
        FROM review.items AS i
        LEFT JOIN ref.field AS f USING (field)
        WHERE i.item_id = ANY (p_item_ids)
    ), near AS MATERIALIZED (
        SELECT w.item_id, w.field, w.kind, w.dimension, w.subject, w.decision_on, u.candidate, max(u.likeness) AS likeness
        FROM unnest(p_texts, p_candidates, p_likeness) AS u (text, candidate, likeness)
        JOIN waiting AS w ON w.key = u.text AND w.decision_on IN ('value', 'cell')
        GROUP BY w.item_id, w.field, w.kind, w.dimension, w.subject, w.decision_on, u.candidate
    ), likely (item_id, value, score, agent) AS (
        SELECT w.item_id, w.proposal, 0.8, 'machine' FROM waiting AS w WHERE w.proposal IS NOT NULL
        UNION ALL
        SELECT w.item_id, c.corrected_value, 0.95 * c.times / (c.times + c.contradicted), 'correction'
        FROM waiting AS w
        JOIN review.correction AS c ON c.field = w.field AND c.raw_key = w.key AND c.raw_value = w.subject
        WHERE c.corrected_value IS NOT NULL AND w.decision_on IN ('value', 'cell')
        UNION ALL
        SELECT n.item_id, c.corrected_value, 0.9 * n.likeness * c.times / (c.times + c.contradicted), 'correction'
        FROM near AS n
        JOIN review.correction AS c ON c.field = n.field AND c.raw_key = n.candidate AND c.raw_value <> n.subject
        WHERE c.corrected_value IS NOT NULL AND n.likeness >= v_like_correction
        UNION ALL
        SELECT n.item_id, s.code, 0.85 * n.likeness, 'vocabulary'
        FROM near AS n
        JOIN review.spelling AS s
            ON s.kind = n.kind AND s.key = n.candidate AND (s.dimension IS NULL OR s.dimension = n.dimension)
        WHERE n.likeness >= v_like_spelling AND n.decision_on = 'value'
        UNION ALL
        SELECT w.item_id, s.suggestion ->> 'field', (s.suggestion ->> 'belief')::numeric, 'mapping'
        FROM waiting AS w
        JOIN stage.columns AS c USING (document_id, column_position)
        CROSS JOIN LATERAL jsonb_array_elements(c.suggestions) AS s (suggestion)
        WHERE w.decision_on = 'column' AND s.suggestion ->> 'field' IS NOT NULL
    ), best AS (
        SELECT b.*, row_number() OVER (PARTITION BY b.item_id ORDER BY b.score DESC, b.value) AS place
        FROM (
            SELECT l.item_id, l.value, max(l.score) AS score, (array_agg(l.agent ORDER BY l.score DESC, l.agent))[1] AS agent
            FROM likely AS l GROUP BY l.item_id, l.value
        ) AS b
    )
    UPDATE review.items AS i SET suggestions = t.suggestions, suggested_at = clock_timestamp()
    FROM (
        SELECT w.item_id,
            coalesce(jsonb_agg(jsonb_build_object('value', b.value, 'score', round(b.score::numeric, 3), 'agent', b.agent)
                ORDER BY b.place) FILTER (WHERE b.place <= v_most), '[]') AS suggestions
        FROM waiting AS w
        LEFT JOIN best AS b USING (item_id)
        GROUP BY w.item_id
    ) AS t
    WHERE i.item_id = t.item_id;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    RETURN v_written;
END
$$;

COMMENT ON FUNCTION review.take_suggestions(bigint[], text[], text[], real[]) IS 'Likely answers of items; likenesses come from a worker.';
