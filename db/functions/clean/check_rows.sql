-- clean.check_rows: what only a whole row shows, for the rows of one document.
--
-- Promises: stage.cell_findings of the document is written anew: an MMSI whose digits belong to another State than the
-- flag, a call sign of another State's series (weak evidence, not an error), a beam that exceeds the length, an
-- authorisation that ends before it starts. Set-based; may run again.
CREATE OR REPLACE FUNCTION clean.check_rows(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    DELETE FROM stage.cell_findings AS f WHERE f.document_id = p_document_id AND f.decision_id IS NULL;
    DROP TABLE IF EXISTS pg_temp.row_value;
    CREATE TEMPORARY TABLE row_value ON COMMIT DROP AS
    SELECT r.row_index, c.column_position, c.field, d.cleaned_value
    FROM (
        SELECT DISTINCT ON (x.field) x.* FROM stage.columns AS x
        WHERE x.document_id = p_document_id
            AND x.field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END')
        ORDER BY x.field, x.column_position
    ) AS c
    JOIN stage.rows AS r USING (document_id)
    JOIN stage.cell_values AS v
        ON v.document_id = c.document_id AND v.column_position = c.column_position
        AND v.value_no = r.value_nos[c.column_position]
        AND v.unit_no = CASE WHEN c.unit_position IS NULL THEN 0 ELSE r.value_nos[c.unit_position] END
    JOIN stage.distinct_values AS d USING (value_id)
    WHERE d.cleaned_value IS NOT NULL AND NOT d.needs_review
        -- only the source's own values of these fields are looked at, however many others there are
        AND d.reading_id = ANY (ARRAY(
            SELECT x.reading_id FROM stage.readings AS x JOIN stage.documents AS t USING (source_id)
            WHERE t.document_id = p_document_id
                AND x.field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END')));

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, m.row_index, m.column_position, 'mid_other_flag', -0.01, false,
        format('The MMSI''s digits %s belong to %s, the flag is %s', d.mid, d.iso3, f.cleaned_value)
    FROM pg_temp.row_value AS m
    JOIN pg_temp.row_value AS f ON f.row_index = m.row_index AND f.field = 'FLAG'
    JOIN ref.mid AS d ON d.mid = left(m.cleaned_value, 3)
    WHERE m.field = 'MMSI' AND d.iso3 <> f.cleaned_value
        AND clean.sovereign(d.iso3) <> clean.sovereign(f.cleaned_value)
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, s.row_index, s.column_position, 'series_other_flag', -0.005, false,
        format('The call sign is of a series of %s, the flag is %s', s.holders, s.flag)
    FROM (
        SELECT i.row_index, i.column_position, f.cleaned_value AS flag, string_agg(DISTINCT c.holder, ', ') AS holders,
            -- the series B is China's in the ITU's table and in use in Taiwan, Hong Kong and Macao as well
            bool_or(clean.sovereign(c.iso3) = clean.sovereign(f.cleaned_value)
                OR (c.prefix LIKE 'B%' AND f.cleaned_value IN ('TWN', 'HKG', 'MAC'))) AS agrees
        FROM pg_temp.row_value AS i
        JOIN pg_temp.row_value AS f ON f.row_index = i.row_index AND f.field = 'FLAG'
        JOIN ref.call_sign_series AS c
            ON c.prefix = left(i.cleaned_value, 2) AND c.iso3 IS NOT NULL
            AND (substr(i.cleaned_value, 3, 1) ~ '[0-9]' OR left(i.cleaned_value, 3) BETWEEN c.series_start AND c.series_end)
        WHERE i.field = 'IRCS'
        GROUP BY i.row_index, i.column_position, f.cleaned_value
    ) AS s
    WHERE NOT s.agrees
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, b.row_index, b.column_position, 'beam_exceeds_length', -0.3, true,
        format('A beam of %s m on a length of %s m', b.cleaned_value, l.cleaned_value)
    FROM pg_temp.row_value AS b
    JOIN pg_temp.row_value AS l ON l.row_index = b.row_index AND l.field IN ('LENGTH', 'LENGTH_OVERALL')
    WHERE b.field = 'BEAM' AND b.cleaned_value ~ '^[0-9.]+$' AND l.cleaned_value ~ '^[0-9.]+$'
        AND b.cleaned_value::numeric > l.cleaned_value::numeric
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, e.row_index, e.column_position, 'ends_before_start', -0.3, true,
        format('The authorisation starts on %s and ends on %s', s.cleaned_value, e.cleaned_value)
    FROM pg_temp.row_value AS e
    JOIN pg_temp.row_value AS s ON s.row_index = e.row_index AND s.field = 'AUTH_START'
    WHERE e.field = 'AUTH_END' AND length(e.cleaned_value) = 10 AND length(s.cleaned_value) = 10
        AND e.cleaned_value < s.cleaned_value
    ON CONFLICT DO NOTHING;
END
$$;

COMMENT ON FUNCTION clean.check_rows(bigint) IS 'Cross-field checks of a document''s rows; sparse findings.';
