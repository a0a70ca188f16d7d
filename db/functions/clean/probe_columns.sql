-- clean.probe_columns: how many of a column's values each candidate field's own rules would accept.
--
-- Promises: pg_temp.column_probe(column_position, field, tried, accepted) from the first sixty distinct values of each
-- column, placeholders and blanks apart; judged by the very rules that will clean them, so that there is one truth of
-- what an IMO column looks like. Dates are tried in both orders. Creates readings; else writes temporary tables only.
CREATE OR REPLACE FUNCTION clean.probe_columns(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    v_source stage.source;
BEGIN
    SELECT s.* INTO v_source
    FROM stage.source AS s JOIN stage.documents AS d USING (source_id) WHERE d.document_id = p_document_id;
    DROP TABLE IF EXISTS pg_temp.column_probe, pg_temp.probe_reading;
    CREATE TEMPORARY TABLE probe_reading ON COMMIT DROP AS
    SELECT x.column_position, x.field, f.kind, o.date_order, row_number() OVER () AS candidate_no
    FROM (SELECT DISTINCT k.column_position, k.field FROM pg_temp.column_candidate AS k) AS x
    JOIN ref.field AS f USING (field)
    CROSS JOIN unnest(CASE WHEN f.kind = 'date' THEN ARRAY['DMY', 'MDY'] ELSE ARRAY[NULL] END) AS o (date_order)
    WHERE f.kind NOT IN ('text', 'name', 'registration');

    INSERT INTO stage.readings (source_id, field, kind, date_order, decimal_sign)
    SELECT DISTINCT v_source.source_id, p.field, p.kind, p.date_order, '.' FROM pg_temp.probe_reading AS p
    ON CONFLICT DO NOTHING;

    PERFORM clean.begin_work();
    INSERT INTO pg_temp.work_value (value_id, reading_id, raw_type, raw_value)
    SELECT p.candidate_no * 1000000 + v.value_no, r.reading_id, v.raw_type, v.raw_value
    FROM pg_temp.probe_reading AS p
    JOIN stage.readings AS r
        ON r.source_id = v_source.source_id AND r.field = p.field AND r.kind = p.kind
        AND r.date_order IS NOT DISTINCT FROM p.date_order AND r.decimal_sign = '.'
        AND r.unit IS NULL AND r.separators IS NULL
    JOIN stage.raw_values AS v
        ON v.document_id = p_document_id AND v.column_position = p.column_position
        AND v.value_no <= 60 AND length(v.raw_value) <= 200;
    PERFORM clean.evaluate(v_source.source_type, v_source.source_name);

    CREATE TEMPORARY TABLE column_probe ON COMMIT DROP AS
    SELECT DISTINCT ON (p.column_position, p.field) p.column_position, p.field, t.tried, t.accepted
    FROM pg_temp.probe_reading AS p
    CROSS JOIN LATERAL (
        SELECT count(*) AS tried, count(*) FILTER (WHERE NOT v.failed) AS accepted
        FROM (
            SELECT bool_or(c.id < 0) AS failed
            FROM pg_temp.work_result AS w
            LEFT JOIN LATERAL unnest(w.checks) AS c (id) ON true
            WHERE w.value_id / 1000000 = p.candidate_no AND w.text IS NOT NULL
            GROUP BY w.value_id
        ) AS v
    ) AS t
    ORDER BY p.column_position, p.field, t.accepted::real / nullif(t.tried, 0) DESC NULLS LAST, t.tried DESC;
END
$$;

COMMENT ON FUNCTION clean.probe_columns(bigint) IS 'A sample of every column, judged by the rules of every field it may mean.';
