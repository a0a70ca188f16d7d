-- clean.grade_work: puts the parts in pg_temp.work_result together again and grades every value.
--
-- Promises: pg_temp.work_graded has one row for each of pg_temp.work_value: cleaned value ('; ' between several, repeats
-- once), why it is NULL, rule chain, score, confidence, threshold, verdict of the gate and its reason. Similarity is 1
-- where only case differs and NULL where a worker has yet to compute it (graded as if neither close nor far).
-- Writes temporary tables only.
CREATE OR REPLACE FUNCTION clean.grade_work(p_trust text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO pg_temp.work_whole
    WITH several AS MATERIALIZED (
        SELECT w.*
        FROM pg_temp.work_result AS w
        WHERE w.value_id IN (SELECT x.value_id FROM pg_temp.work_result AS x WHERE x.part_no > 1)
    ), joined AS (
        SELECT t.value_id, string_agg(t.text, '; ' ORDER BY t.first) AS cleaned_value
        FROM (
            SELECT s.value_id, s.text, min(s.part_no) AS first
            FROM several AS s WHERE s.text IS NOT NULL GROUP BY s.value_id, s.text
        ) AS t
        GROUP BY t.value_id
    ), chained AS (
        SELECT t.value_id, array_agg(t.id ORDER BY t.first) AS rule_chain
        FROM (
            SELECT s.value_id, c.id, min(s.part_no * 1000 + c.i) AS first
            FROM several AS s CROSS JOIN LATERAL unnest(s.chain || s.checks) WITH ORDINALITY AS c (id, i)
            GROUP BY s.value_id, c.id
        ) AS t
        GROUP BY t.value_id
    ), explained AS (
        SELECT s.value_id,
            (array_agg(n.null_reason ORDER BY s.part_no) FILTER (WHERE n.null_reason IS NOT NULL))[1] AS null_reason,
            (array_agg(btrim(coalesce(p.raw, p.text)) ORDER BY s.part_no) FILTER (WHERE 0 > ANY (s.checks)))[1] AS failed_part
        FROM several AS s
        JOIN pg_temp.work_part AS p USING (value_id, part_no)
        LEFT JOIN pg_temp.work_null AS n USING (value_id, part_no)
        GROUP BY s.value_id
    )
    SELECT v.value_id, v.reading_id, v.raw_type, v.raw_value, w.cleaned_value, w.rule_chain, w.null_reason, w.failed_part,
        clean.same_but_case(v.raw_value, w.cleaned_value) AS same
    FROM pg_temp.work_value AS v
    LEFT JOIN (
        SELECT x.value_id, x.text AS cleaned_value, x.chain || x.checks AS rule_chain, n.null_reason, NULL::text AS failed_part
        FROM pg_temp.work_result AS x
        LEFT JOIN pg_temp.work_null AS n USING (value_id, part_no)
        WHERE x.value_id NOT IN (SELECT s.value_id FROM several AS s)
        UNION ALL
        SELECT e.value_id, j.cleaned_value, coalesce(c.rule_chain, '{}'), e.null_reason, e.failed_part
        FROM explained AS e
        LEFT JOIN joined AS j USING (value_id)
        LEFT JOIN chained AS c USING (value_id)
    ) AS w USING (value_id);

    -- an answer about a cell of several values as a whole goes before what its parts came to
    UPDATE pg_temp.work_whole AS w
    SET cleaned_value = c.corrected_value, null_reason = c.null_reason, rule_chain = ARRAY[2], failed_part = NULL,
        same = clean.same_but_case(w.raw_value, c.corrected_value)
    FROM stage.readings AS r, review.correction AS c
    WHERE w.rule_chain IS NOT NULL AND r.reading_id = w.reading_id
        AND c.source_id = r.source_id AND c.field = coalesce(r.field, '') AND c.raw_value = w.raw_value;

    INSERT INTO pg_temp.work_grade
    SELECT k.reading_id, k.rule_chain, k.same, g.*
    FROM (SELECT DISTINCT w.reading_id, w.rule_chain, w.same FROM pg_temp.work_whole AS w WHERE w.rule_chain IS NOT NULL) AS k
    JOIN stage.readings AS r USING (reading_id)
    CROSS JOIN LATERAL clean.grade(r.field, r.kind, p_trust, k.rule_chain, CASE WHEN k.same THEN 1.0 END) AS g;

    INSERT INTO pg_temp.work_graded
    SELECT w.value_id, w.reading_id, w.raw_type, w.raw_value, w.cleaned_value,
        CASE
            WHEN w.cleaned_value IS NOT NULL THEN NULL
            WHEN w.rule_chain IS NULL THEN 'blank'
            ELSE coalesce(w.null_reason, g.null_reason, 'unknown')
        END AS null_reason,
        coalesce(w.rule_chain, '{}') AS rule_chain,
        CASE WHEN g.same THEN 1.0 END::real AS similarity,
        coalesce(g.score, 1)::real AS score, coalesce(g.confidence, 1)::real AS confidence, g.threshold::real AS threshold,
        coalesce(g.needs_review, false) AS needs_review, g.review_rule_id, g.review_reason, w.failed_part
    FROM pg_temp.work_whole AS w
    LEFT JOIN pg_temp.work_grade AS g USING (reading_id, rule_chain, same);
END
$$;

COMMENT ON FUNCTION clean.grade_work(text) IS 'Score, confidence and gate of the values at hand.';
