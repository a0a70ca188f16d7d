-- clean.check_rows: what only a whole row shows, for the rows of one document.
--
-- Promises: stage.cell_findings of the document is written anew, but for what a human settled, here or in another version
-- (clean.keep_findings): an MMSI whose digits belong to another State than the flag, a call sign of another State's series
-- (weak evidence, not an error), a beam that exceeds the length, an authorisation that ends before it starts, a cell
-- that was read from a PDF with little confidence. With p_value_ids only what these values have a part in. Values that meet
-- in many rows are compared once. Set-based; may run again.
CREATE OR REPLACE FUNCTION clean.check_rows(p_document_id bigint, p_value_ids bigint[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
-- Tables that were filled a moment ago have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.row_check, pg_temp.row_changed, pg_temp.row_known, pg_temp.row_met, pg_temp.row_failed;
    CREATE TEMPORARY TABLE row_changed ON COMMIT DROP AS
    SELECT v.column_position, v.value_no FROM stage.cell_values AS v
    WHERE v.document_id = p_document_id AND v.value_id = ANY (p_value_ids);

    -- the checks that the document's columns allow: a is blamed, b and c are what it is held against
    CREATE TEMPORARY TABLE row_check ON COMMIT DROP AS
    WITH place AS MATERIALIZED (
        SELECT DISTINCT ON (x.field) x.field, x.column_position AS at, x.unit_position AS unit FROM stage.columns AS x
        WHERE x.document_id = p_document_id
            AND x.field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END')
        ORDER BY x.field, x.column_position
    )
    SELECT k.finding, a.at AS a_at, a.unit AS a_unit, b.at AS b_at, b.unit AS b_unit, c.at AS c_at, c.unit AS c_unit
    FROM (
        VALUES ('mid_other_flag', 'MMSI', 'FLAG', NULL), ('series_other_flag', 'IRCS', 'FLAG', NULL),
            ('beam_exceeds_length', 'BEAM', 'LENGTH', 'LENGTH_OVERALL'), ('ends_before_start', 'AUTH_END', 'AUTH_START', NULL)
    ) AS k (finding, a, b, c)
    JOIN place AS a ON a.field = k.a
    LEFT JOIN place AS b ON b.field = k.b
    LEFT JOIN place AS c ON c.field = k.c
    WHERE num_nonnulls(b.at, c.at) > 0
        AND (p_value_ids IS NULL
            OR EXISTS (SELECT FROM pg_temp.row_changed AS h WHERE h.column_position IN (a.at, b.at, c.at)));

    IF p_value_ids IS NULL THEN
        DELETE FROM stage.cell_findings AS f WHERE f.document_id = p_document_id AND f.decision_id IS NULL;
    ELSE
        DELETE FROM stage.cell_findings AS f
        USING pg_temp.row_check AS k, stage.rows AS r
        WHERE f.document_id = p_document_id AND f.decision_id IS NULL AND f.finding = k.finding
            AND r.document_id = p_document_id AND r.row_index = f.row_index
            AND ((k.a_at, r.value_nos[k.a_at]) IN (SELECT h.column_position, h.value_no FROM pg_temp.row_changed AS h)
                OR (k.b_at, r.value_nos[k.b_at]) IN (SELECT h.column_position, h.value_no FROM pg_temp.row_changed AS h)
                OR (k.c_at, r.value_nos[k.c_at]) IN (SELECT h.column_position, h.value_no FROM pg_temp.row_changed AS h));
    END IF;

    CREATE TEMPORARY TABLE row_known ON COMMIT DROP AS
    SELECT v.column_position, v.value_no, v.unit_no, d.cleaned_value, h.value_id IS NOT NULL AS changed
    FROM stage.cell_values AS v
    JOIN stage.distinct_values AS d USING (value_id)
    LEFT JOIN (SELECT DISTINCT u.value_id FROM unnest(p_value_ids) AS u (value_id)) AS h USING (value_id)
    WHERE v.document_id = p_document_id AND d.cleaned_value IS NOT NULL AND NOT d.needs_review
        AND v.column_position IN (
            SELECT u.at FROM pg_temp.row_check AS k CROSS JOIN LATERAL unnest(ARRAY[k.a_at, k.b_at, k.c_at]) AS u (at))
        -- only the source's own values of these fields are looked at, however many others there are
        AND d.reading_id = ANY (ARRAY(
            SELECT x.reading_id FROM stage.readings AS x JOIN stage.documents AS t USING (source_id)
            WHERE t.document_id = p_document_id
                AND x.field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END')));

    -- which values meet in a row: each meeting once, however many rows it has; 0 is no cell, or no unit
    CREATE TEMPORARY TABLE row_met ON COMMIT DROP AS
    SELECT DISTINCT k.finding,
        coalesce(r.value_nos[k.a_at], 0) AS a_no, coalesce(r.value_nos[k.a_unit], 0) AS a_un,
        coalesce(r.value_nos[k.b_at], 0) AS b_no, coalesce(r.value_nos[k.b_unit], 0) AS b_un,
        coalesce(r.value_nos[k.c_at], 0) AS c_no, coalesce(r.value_nos[k.c_unit], 0) AS c_un
    FROM pg_temp.row_check AS k
    CROSS JOIN stage.rows AS r
    WHERE r.document_id = p_document_id;

    CREATE TEMPORARY TABLE row_failed ON COMMIT DROP AS
    WITH met AS MATERIALIZED (
        SELECT m.*, a.cleaned_value AS a, b.cleaned_value AS b, c.cleaned_value AS c
        FROM pg_temp.row_met AS m
        JOIN pg_temp.row_check AS k USING (finding)
        JOIN pg_temp.row_known AS a ON a.column_position = k.a_at AND a.value_no = m.a_no AND a.unit_no = m.a_un
        LEFT JOIN pg_temp.row_known AS b ON b.column_position = k.b_at AND b.value_no = m.b_no AND b.unit_no = m.b_un
        LEFT JOIN pg_temp.row_known AS c ON c.column_position = k.c_at AND c.value_no = m.c_no AND c.unit_no = m.c_un
        WHERE p_value_ids IS NULL OR a.changed OR b.changed OR c.changed
    ), failed (finding, a_no, a_un, b_no, b_un, c_no, c_un, effect, needs_review, reason) AS (
        SELECT m.finding, m.a_no, m.a_un, m.b_no, m.b_un, m.c_no, m.c_un, -0.01, false,
            format('The MMSI''s digits %s belong to %s, the flag is %s', d.mid, d.iso3, m.b)
        FROM met AS m
        JOIN ref.mid AS d ON d.mid = left(m.a, 3)
        WHERE m.finding = 'mid_other_flag' AND d.iso3 <> m.b AND clean.sovereign(d.iso3) <> clean.sovereign(m.b)
        UNION ALL
        SELECT m.finding, m.a_no, m.a_un, m.b_no, m.b_un, m.c_no, m.c_un, -0.005, false,
            format('The call sign is of a series of %s, the flag is %s', s.holders, m.b)
        FROM met AS m
        JOIN (
            -- one look at the series for each pair that occurs
            SELECT p.beginning, p.flag, string_agg(DISTINCT c.holder, ', ') AS holders,
                -- the series B is China's in the ITU's table and in use in Taiwan, Hong Kong and Macao as well
                bool_or(clean.sovereign(c.iso3) = clean.sovereign(p.flag)
                    OR (c.prefix LIKE 'B%' AND p.flag IN ('TWN', 'HKG', 'MAC'))) AS agrees
            FROM (
                SELECT DISTINCT left(x.a, 3) AS beginning, x.b AS flag FROM met AS x
                WHERE x.finding = 'series_other_flag' AND x.b IS NOT NULL
            ) AS p
            JOIN ref.call_sign_series AS c
                ON c.prefix = left(p.beginning, 2) AND c.iso3 IS NOT NULL
                AND (substr(p.beginning, 3, 1) ~ '[0-9]' OR p.beginning BETWEEN c.series_start AND c.series_end)
            GROUP BY p.beginning, p.flag
        ) AS s ON s.beginning = left(m.a, 3) AND s.flag = m.b
        WHERE m.finding = 'series_other_flag' AND NOT s.agrees
        UNION ALL
        SELECT m.finding, m.a_no, m.a_un, m.b_no, m.b_un, m.c_no, m.c_un, -0.3, true,
            format('A beam of %s m on a length of %s m', m.a, CASE WHEN l.by_length THEN m.b ELSE m.c END)
        FROM met AS m
        CROSS JOIN LATERAL (
            SELECT coalesce(CASE WHEN m.a ~ '^[0-9.]+$' AND m.b ~ '^[0-9.]+$' THEN m.a::numeric > m.b::numeric END, false)
                AS by_length,
                coalesce(CASE WHEN m.a ~ '^[0-9.]+$' AND m.c ~ '^[0-9.]+$' THEN m.a::numeric > m.c::numeric END, false)
                AS by_overall
        ) AS l
        WHERE m.finding = 'beam_exceeds_length' AND (l.by_length OR l.by_overall)
        UNION ALL
        SELECT m.finding, m.a_no, m.a_un, m.b_no, m.b_un, m.c_no, m.c_un, -0.3, true,
            format('The authorisation starts on %s and ends on %s', m.b, m.a)
        FROM met AS m
        WHERE m.finding = 'ends_before_start' AND length(m.a) = 10 AND length(m.b) = 10 AND m.a < m.b
    )
    SELECT * FROM failed;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, e.row_index, e.a_at, f.finding, f.effect, f.needs_review, f.reason
    FROM (
        SELECT r.row_index, k.finding, k.a_at,
            coalesce(r.value_nos[k.a_at], 0) AS a_no, coalesce(r.value_nos[k.a_unit], 0) AS a_un,
            coalesce(r.value_nos[k.b_at], 0) AS b_no, coalesce(r.value_nos[k.b_unit], 0) AS b_un,
            coalesce(r.value_nos[k.c_at], 0) AS c_no, coalesce(r.value_nos[k.c_unit], 0) AS c_un
        FROM pg_temp.row_check AS k
        CROSS JOIN stage.rows AS r
        WHERE r.document_id = p_document_id AND k.finding IN (SELECT x.finding FROM pg_temp.row_failed AS x)
        OFFSET 0
    ) AS e
    JOIN pg_temp.row_failed AS f USING (finding, a_no, a_un, b_no, b_un, c_no, c_un)
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, c.row_index, c.column_position, 'read_badly', -0.3, true,
        format('Read from page %s with confidence %s', c.page_no, round(c.confidence::numeric, 2))
    FROM stage.cell_places AS c
    WHERE p_value_ids IS NULL AND c.document_id = p_document_id
        AND c.confidence < (SELECT p.value FROM stage.pdf_policy AS p WHERE p.name = 'min_cell_confidence')
    ON CONFLICT DO NOTHING;

    PERFORM clean.keep_findings(p_document_id);
END
$$;

COMMENT ON FUNCTION clean.check_rows(bigint, bigint[]) IS 'Cross-field checks of a document''s rows; sparse findings.';
