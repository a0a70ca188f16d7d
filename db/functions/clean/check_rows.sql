-- clean.check_rows: what only a whole row shows, for the rows of one document.
--
-- Promises: stage.cell_findings of the document is written anew, but for what a human settled, here or in another version
-- (clean.keep_findings): an MMSI whose digits belong to another State than the flag, a call sign of another State's series (weak evidence, not an error), a beam that exceeds the length, an
-- authorisation that ends before it starts, a cell that was read from a PDF with little confidence. Set-based; may run again.
CREATE OR REPLACE FUNCTION clean.check_rows(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    DELETE FROM stage.cell_findings AS f WHERE f.document_id = p_document_id AND f.decision_id IS NULL;
    -- In steps: a document that was read a moment ago has no statistics, and its rows joined with its values in one query
    -- are a loop of thousands by thousands.
    DROP TABLE IF EXISTS pg_temp.row_known, pg_temp.row_looked, pg_temp.row_value;
    CREATE TEMPORARY TABLE row_known ON COMMIT DROP AS
    SELECT c.field, c.column_position, c.unit_position, v.value_no, v.unit_no, d.cleaned_value
    FROM (
        SELECT DISTINCT ON (x.field) x.field, x.column_position, x.unit_position FROM stage.columns AS x
        WHERE x.document_id = p_document_id
            AND x.field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END')
        ORDER BY x.field, x.column_position
    ) AS c
    JOIN stage.cell_values AS v ON v.document_id = p_document_id AND v.column_position = c.column_position
    JOIN stage.distinct_values AS d USING (value_id)
    WHERE d.cleaned_value IS NOT NULL AND NOT d.needs_review
        -- only the source's own values of these fields are looked at, however many others there are
        AND d.reading_id = ANY (ARRAY(
            SELECT x.reading_id FROM stage.readings AS x JOIN stage.documents AS t USING (source_id)
            WHERE t.document_id = p_document_id
                AND x.field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END')));

    CREATE TEMPORARY TABLE row_looked ON COMMIT DROP AS
    SELECT r.row_index, c.field, c.column_position, r.value_nos[c.column_position] AS value_no,
        CASE WHEN c.unit_position IS NULL THEN 0 ELSE r.value_nos[c.unit_position] END AS unit_no
    FROM (SELECT DISTINCT k.field, k.column_position, k.unit_position FROM pg_temp.row_known AS k) AS c
    CROSS JOIN stage.rows AS r
    WHERE r.document_id = p_document_id;

    CREATE TEMPORARY TABLE row_value ON COMMIT DROP AS
    SELECT l.row_index,
        max(k.cleaned_value) FILTER (WHERE l.field = 'FLAG') AS flag,
        max(k.cleaned_value) FILTER (WHERE l.field = 'MMSI') AS mmsi,
        max(l.column_position) FILTER (WHERE l.field = 'MMSI') AS mmsi_position,
        max(k.cleaned_value) FILTER (WHERE l.field = 'IRCS') AS ircs,
        max(l.column_position) FILTER (WHERE l.field = 'IRCS') AS ircs_position,
        max(k.cleaned_value) FILTER (WHERE l.field = 'LENGTH') AS length,
        max(k.cleaned_value) FILTER (WHERE l.field = 'LENGTH_OVERALL') AS length_overall,
        max(k.cleaned_value) FILTER (WHERE l.field = 'BEAM') AS beam,
        max(l.column_position) FILTER (WHERE l.field = 'BEAM') AS beam_position,
        max(k.cleaned_value) FILTER (WHERE l.field = 'AUTH_START') AS auth_start,
        max(k.cleaned_value) FILTER (WHERE l.field = 'AUTH_END') AS auth_end,
        max(l.column_position) FILTER (WHERE l.field = 'AUTH_END') AS auth_end_position
    FROM pg_temp.row_looked AS l
    JOIN pg_temp.row_known AS k USING (column_position, value_no, unit_no)
    GROUP BY l.row_index;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, w.row_index, w.mmsi_position, 'mid_other_flag', -0.01, false,
        format('The MMSI''s digits %s belong to %s, the flag is %s', d.mid, d.iso3, w.flag)
    FROM pg_temp.row_value AS w
    JOIN ref.mid AS d ON d.mid = left(w.mmsi, 3)
    WHERE d.iso3 <> w.flag AND clean.sovereign(d.iso3) <> clean.sovereign(w.flag)
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, w.row_index, w.ircs_position, 'series_other_flag', -0.005, false,
        format('The call sign is of a series of %s, the flag is %s', s.holders, w.flag)
    FROM pg_temp.row_value AS w
    JOIN (
        -- one look at the series for each pair that occurs
        SELECT p.beginning, p.flag, string_agg(DISTINCT c.holder, ', ') AS holders,
            -- the series B is China's in the ITU's table and in use in Taiwan, Hong Kong and Macao as well
            bool_or(clean.sovereign(c.iso3) = clean.sovereign(p.flag)
                OR (c.prefix LIKE 'B%' AND p.flag IN ('TWN', 'HKG', 'MAC'))) AS agrees
        FROM (SELECT DISTINCT left(x.ircs, 3) AS beginning, x.flag FROM pg_temp.row_value AS x WHERE x.flag IS NOT NULL) AS p
        JOIN ref.call_sign_series AS c
            ON c.prefix = left(p.beginning, 2) AND c.iso3 IS NOT NULL
            AND (substr(p.beginning, 3, 1) ~ '[0-9]' OR p.beginning BETWEEN c.series_start AND c.series_end)
        GROUP BY p.beginning, p.flag
    ) AS s ON s.beginning = left(w.ircs, 3) AND s.flag = w.flag
    WHERE NOT s.agrees
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, w.row_index, w.beam_position, 'beam_exceeds_length', -0.3, true,
        format('A beam of %s m on a length of %s m', w.beam, l.length)
    FROM pg_temp.row_value AS w
    CROSS JOIN LATERAL (VALUES (w.length), (w.length_overall)) AS l (length)
    WHERE w.beam ~ '^[0-9.]+$' AND l.length ~ '^[0-9.]+$' AND w.beam::numeric > l.length::numeric
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, w.row_index, w.auth_end_position, 'ends_before_start', -0.3, true,
        format('The authorisation starts on %s and ends on %s', w.auth_start, w.auth_end)
    FROM pg_temp.row_value AS w
    WHERE length(w.auth_end) = 10 AND length(w.auth_start) = 10 AND w.auth_end < w.auth_start
    ON CONFLICT DO NOTHING;

    INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, needs_review, reason)
    SELECT p_document_id, c.row_index, c.column_position, 'read_badly', -0.3, true,
        format('Read from page %s with confidence %s', c.page_no, round(c.confidence::numeric, 2))
    FROM stage.cell_places AS c
    WHERE c.document_id = p_document_id
        AND c.confidence < (SELECT p.value FROM stage.pdf_policy AS p WHERE p.name = 'min_cell_confidence')
    ON CONFLICT DO NOTHING;

    PERFORM clean.keep_findings(p_document_id);
END
$$;

COMMENT ON FUNCTION clean.check_rows(bigint) IS 'Cross-field checks of a document''s rows; sparse findings.';
