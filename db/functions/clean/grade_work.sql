-- clean.grade_work: puts the parts in pg_temp.work_result together again and grades every value.
--
-- Promises: pg_temp.work_graded has one row for each of pg_temp.work_value: cleaned value ('; ' between several, repeats
-- once), why it is NULL, rule chain, score, confidence, threshold, verdict of the gate and its reason. Similarity is 1
-- where only case differs and NULL where a worker has yet to compute it (graded as if neither close nor far).
-- Writes temporary tables only.
CREATE OR REPLACE FUNCTION clean.grade_work(p_trust text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.work_whole, pg_temp.work_grade, pg_temp.work_graded;
    CREATE TEMPORARY TABLE work_whole ON COMMIT DROP AS
    WITH several AS (
        SELECT DISTINCT w.value_id FROM pg_temp.work_result AS w WHERE w.part_no > 1
    )
    SELECT w.value_id, w.text AS cleaned_value, w.chain || w.checks AS rule_chain, n.null_reason
    FROM pg_temp.work_result AS w
    LEFT JOIN pg_temp.work_null AS n USING (value_id, part_no)
    WHERE NOT EXISTS (SELECT FROM several AS s WHERE s.value_id = w.value_id)
    UNION ALL
    SELECT p.value_id,
        (SELECT string_agg(t.text, '; ' ORDER BY t.first)
            FROM (SELECT x.text, min(x.part_no) AS first FROM pg_temp.work_result AS x
                WHERE x.value_id = p.value_id AND x.text IS NOT NULL GROUP BY x.text) AS t),
        (SELECT coalesce(array_agg(t.id ORDER BY t.first), '{}')
            FROM (SELECT c.id, min(x.part_no * 1000 + c.i) AS first FROM pg_temp.work_result AS x
                CROSS JOIN LATERAL unnest(x.chain || x.checks) WITH ORDINALITY AS c (id, i)
                WHERE x.value_id = p.value_id GROUP BY c.id) AS t),
        (SELECT n.null_reason FROM pg_temp.work_null AS n WHERE n.value_id = p.value_id ORDER BY n.part_no LIMIT 1)
    FROM several AS p;
    ANALYZE pg_temp.work_whole;

    CREATE TEMPORARY TABLE work_grade ON COMMIT DROP AS
    SELECT k.reading_id, k.rule_chain, k.same, g.*
    FROM (
        SELECT DISTINCT v.reading_id, w.rule_chain, upper(v.raw_value) = upper(w.cleaned_value) AS same
        FROM pg_temp.work_whole AS w JOIN pg_temp.work_value AS v USING (value_id)
    ) AS k
    JOIN stage.readings AS r USING (reading_id)
    CROSS JOIN LATERAL clean.grade(r.field, r.kind, p_trust, k.rule_chain, CASE WHEN k.same THEN 1.0 END) AS g;

    CREATE TEMPORARY TABLE work_graded ON COMMIT DROP AS
    SELECT v.value_id, v.reading_id, v.raw_type, v.raw_value, w.cleaned_value,
        CASE
            WHEN w.cleaned_value IS NOT NULL THEN NULL
            WHEN w.value_id IS NULL THEN 'blank'
            ELSE coalesce(w.null_reason, g.null_reason, 'unknown')
        END AS null_reason,
        coalesce(w.rule_chain, '{}') AS rule_chain,
        CASE WHEN g.same THEN 1.0 END::real AS similarity,
        coalesce(g.score, 1)::real AS score, coalesce(g.confidence, 1)::real AS confidence, g.threshold::real AS threshold,
        coalesce(g.needs_review, false) AS needs_review, g.review_rule_id,
        g.review_reason
    FROM pg_temp.work_value AS v
    LEFT JOIN pg_temp.work_whole AS w USING (value_id)
    LEFT JOIN pg_temp.work_grade AS g
        ON g.reading_id = v.reading_id AND g.rule_chain = w.rule_chain
        AND g.same IS NOT DISTINCT FROM (upper(v.raw_value) = upper(w.cleaned_value));
END
$$;

COMMENT ON FUNCTION clean.grade_work(text) IS 'Score, confidence and gate of the values at hand.';
