-- clean.profile_columns: decides, once per column and from its own evidence, how its text is to be read.
--
-- Promises: stage.columns.reading_id and unit_position of the document are set: order of day and month, decimal sign,
-- unit, separators. What a column leaves open, its neighbours of the same kind in the document decide, if they agree;
-- else it stays open, and the cells that need it go to review as one item. Creates readings as needed. May run again.
CREATE OR REPLACE FUNCTION clean.profile_columns(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    v_source_id integer := (SELECT d.source_id FROM stage.documents AS d WHERE d.document_id = p_document_id);
BEGIN
    DROP TABLE IF EXISTS pg_temp.column_profile;
    CREATE TEMPORARY TABLE column_profile ON COMMIT DROP AS
    WITH evidence AS (
        SELECT c.column_position,
            bool_or(v.raw_value ~ '^\s*(1[3-9]|2[0-9]|3[01])[-/. ](0?[1-9]|1[0-2])[-/. ]([0-9]{4}|[0-9]{2})\M') AS day_first,
            bool_or(v.raw_value ~ '^\s*(0?[1-9]|1[0-2])[-/. ](1[3-9]|2[0-9]|3[01])[-/. ]([0-9]{4}|[0-9]{2})\M') AS month_first,
            bool_or(v.raw_type = 'n' OR v.raw_value ~ '(^|[^0-9.,])[0-9]*(,[0-9]{3})*[.]([0-9]{1,2}|[0-9]{4,})([^0-9.,]|$)') AS dot,
            bool_or(v.raw_type = 's' AND v.raw_value ~ '(^|[^0-9.,])[0-9]*([.][0-9]{3})*,([0-9]{1,2}|[0-9]{4,})([^0-9.,]|$)') AS comma
        FROM stage.columns AS c
        JOIN stage.raw_values AS v USING (document_id, column_position)
        WHERE c.document_id = p_document_id
            AND c.kind IN ('date', 'length', 'tonnage', 'power', 'volume', 'mass', 'speed', 'count')
        GROUP BY c.column_position
    ), whole AS (
        SELECT
            CASE WHEN bool_or(e.day_first AND NOT e.month_first) <> bool_or(e.month_first AND NOT e.day_first)
                THEN CASE WHEN bool_or(e.day_first AND NOT e.month_first) THEN 'DMY' ELSE 'MDY' END END AS date_order,
            CASE WHEN bool_or(e.dot AND NOT e.comma) <> bool_or(e.comma AND NOT e.dot)
                THEN CASE WHEN bool_or(e.dot AND NOT e.comma) THEN '.' ELSE ',' END END AS decimal_sign
        FROM evidence AS e
    )
    SELECT c.column_position, c.field, c.kind, f.dimension, f.base_unit, f.unit_field,
        CASE WHEN c.kind = 'date' THEN CASE
            WHEN e.day_first AND e.month_first THEN NULL
            WHEN e.day_first THEN 'DMY'
            WHEN e.month_first THEN 'MDY'
            ELSE w.date_order END END AS date_order,
        CASE WHEN e.column_position IS NOT NULL AND c.kind <> 'date' THEN CASE
            WHEN e.dot AND e.comma THEN NULL
            WHEN e.dot THEN '.'
            WHEN e.comma THEN ','
            ELSE w.decimal_sign END END AS decimal_sign,
        CASE WHEN f.dimension IS NOT NULL AND c.kind <> 'unit' THEN
            clean.unit_to_convert(clean.split_words(c.header_raw), k.unit, f.dimension, f.base_unit) END AS unit,
        NULL::text AS separators,
        NULL::smallint AS unit_position
    FROM stage.columns AS c
    LEFT JOIN ref.field AS f USING (field)
    LEFT JOIN evidence AS e USING (column_position)
    LEFT JOIN pg_temp.column_candidate AS k
        ON k.column_position = c.column_position AND k.field = c.field AND k.method IN ('alias', 'source alias')
    CROSS JOIN whole AS w
    WHERE c.document_id = p_document_id;

    UPDATE pg_temp.column_profile AS p SET unit_position = u.column_position
    FROM (
        SELECT DISTINCT ON (m.column_position) m.column_position AS measure, c.column_position
        FROM pg_temp.column_profile AS m
        JOIN stage.columns AS c ON c.document_id = p_document_id AND c.field = m.unit_field
        ORDER BY m.column_position, c.column_position < m.column_position, abs(c.column_position - m.column_position)
    ) AS u
    WHERE u.measure = p.column_position;

    PERFORM clean.find_separators(p_document_id);

    INSERT INTO stage.readings (source_id, field, kind, date_order, decimal_sign, unit, separators)
    SELECT DISTINCT v_source_id, p.field, p.kind, p.date_order, p.decimal_sign, p.unit, p.separators
    FROM pg_temp.column_profile AS p
    ON CONFLICT DO NOTHING;

    UPDATE stage.columns AS c SET reading_id = r.reading_id, unit_position = p.unit_position
    FROM pg_temp.column_profile AS p
    JOIN stage.readings AS r
        ON r.source_id = v_source_id AND r.kind = p.kind AND r.field IS NOT DISTINCT FROM p.field
        AND r.date_order IS NOT DISTINCT FROM p.date_order AND r.decimal_sign IS NOT DISTINCT FROM p.decimal_sign
        AND r.unit IS NOT DISTINCT FROM p.unit AND r.separators IS NOT DISTINCT FROM p.separators
    WHERE c.document_id = p_document_id AND c.column_position = p.column_position;
END
$$;

COMMENT ON FUNCTION clean.profile_columns(bigint) IS 'How each column of a document is to be read: date order, decimal sign, unit, separators.';
