-- clean.find_separators: which of comma and slash separate several values of one cell, column by column.
--
-- Promises: pg_temp.column_profile.separators is set where at least half of the texts with that sign, and not a known
-- whole themselves, consist of parts that the field's own rules accept. Only fields with a vocabulary or a check can
-- show that. Writes temporary tables and readings only.
CREATE OR REPLACE FUNCTION clean.find_separators(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_source stage.source;
BEGIN
    SELECT s.* INTO v_source
    FROM stage.source AS s JOIN stage.documents AS d USING (source_id) WHERE d.document_id = p_document_id;
    PERFORM clean.begin_work();
    INSERT INTO stage.readings (source_id, field, kind, separators)
    SELECT DISTINCT v_source.source_id, p.field, p.kind, s.sign
    FROM pg_temp.column_profile AS p CROSS JOIN (VALUES (','), ('/')) AS s (sign)
    JOIN stage.raw_values AS v ON v.document_id = p_document_id AND v.raw_value LIKE '%' || s.sign || '%'
    WHERE p.kind IN ('imo', 'mmsi', 'ircs', 'eu_cfr', 'country', 'gear', 'vessel_type', 'species', 'area', 'rfmo')
        AND v.column_position = p.column_position
    ON CONFLICT DO NOTHING;
    INSERT INTO pg_temp.work_value (value_id, reading_id, raw_type, raw_value)
    SELECT (p.column_position * 2 + CASE s.sign WHEN ',' THEN 0 ELSE 1 END) * 10000000::bigint + v.value_no,
        r.reading_id, v.raw_type, v.raw_value
    FROM pg_temp.column_profile AS p
    CROSS JOIN (VALUES (','), ('/')) AS s (sign)
    JOIN stage.readings AS r
        ON r.source_id = v_source.source_id AND r.field = p.field AND r.kind = p.kind AND r.separators = s.sign
        AND r.date_order IS NULL AND r.decimal_sign IS NULL AND r.unit IS NULL
    CROSS JOIN LATERAL (
        SELECT x.* FROM stage.raw_values AS x
        WHERE x.document_id = p_document_id AND x.column_position = p.column_position
            AND x.raw_value LIKE '%_' || s.sign || '_%' AND length(x.raw_value) <= 400
        ORDER BY x.value_no LIMIT 200
    ) AS v
    WHERE p.kind IN ('imo', 'mmsi', 'ircs', 'eu_cfr', 'country', 'gear', 'vessel_type', 'species', 'area', 'rfmo');
    IF NOT EXISTS (SELECT FROM pg_temp.work_value) THEN
        RETURN;
    END IF;
    PERFORM clean.evaluate(v_source.source_type, v_source.source_name);

    UPDATE pg_temp.column_profile AS p SET separators = s.signs
    FROM (
        SELECT t.column_position, string_agg(t.sign, '' ORDER BY t.sign) AS signs
        FROM (
            SELECT (w.value_id / 20000000)::smallint AS column_position,
                CASE (w.value_id / 10000000) % 2 WHEN 0 THEN ',' ELSE '/' END AS sign,
                avg(CASE WHEN w.failed THEN 0 ELSE 1 END) AS share
            FROM (
                SELECT r.value_id, bool_or(c.id < 0) AS failed
                FROM pg_temp.work_result AS r
                LEFT JOIN LATERAL unnest(r.checks) AS c (id) ON true
                GROUP BY r.value_id
                HAVING count(DISTINCT r.part_no) > 1
            ) AS w
            GROUP BY 1, 2
        ) AS t
        WHERE t.share >= 0.5
        GROUP BY t.column_position
    ) AS s
    WHERE s.column_position = p.column_position;
END
$$;

COMMENT ON FUNCTION clean.find_separators(bigint) IS 'Whether comma or slash separates values in a column, as its own values show.';
