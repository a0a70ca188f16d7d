-- clean.unit_readings: for columns whose unit another column names, the reading of each unit that occurs.
--
-- Promises: pg_temp.unit_reading(column_position, unit_no, reading_id): the column's reading with the row's unit; a unit
-- that cannot measure the field is '?…', so that all its cells are one review item; no unit leaves the column's own.
-- Creates readings as needed; else writes a temporary table only.
CREATE OR REPLACE FUNCTION clean.unit_readings(p_document_id bigint, p_positions smallint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.unit_reading;
    CREATE TEMPORARY TABLE unit_reading ON COMMIT DROP AS
    SELECT c.column_position, v.value_no AS unit_no, r.source_id, r.field, r.kind, r.date_order, r.decimal_sign,
        r.separators, NULL::integer AS reading_id,
        CASE
            WHEN v.raw_value !~ '[[:alnum:]]' OR p.placeholder IS NOT NULL THEN r.unit
            WHEN u.unit IS NULL THEN '?' || clean.fold(v.raw_value)
            WHEN f.dimension = 'tonnage' AND u.unit NOT IN (f.base_unit, 't') THEN '?' || u.unit
            WHEN u.unit = f.base_unit OR coalesce(u.factor, 1) = 1 THEN NULL
            ELSE u.unit
        END AS unit
    FROM stage.columns AS c
    JOIN stage.readings AS r USING (reading_id)
    JOIN ref.field AS f ON f.field = c.field
    JOIN stage.raw_values AS v ON v.document_id = c.document_id AND v.column_position = c.unit_position
    LEFT JOIN ref.placeholder AS p
        ON p.match = 'text' AND p.source_type = 'GLOBAL' AND p.placeholder = upper(clean.fold(v.raw_value))
        AND coalesce(p.kind, 'unit') = 'unit' AND coalesce(p.field, f.unit_field) = f.unit_field
    LEFT JOIN ref.unit AS u ON u.dimension = f.dimension AND u.unit = clean.unit_of(clean.fold(v.raw_value), f.dimension)
    WHERE c.document_id = p_document_id AND c.column_position = ANY (p_positions);

    INSERT INTO stage.readings (source_id, field, kind, date_order, decimal_sign, unit, separators)
    SELECT DISTINCT t.source_id, t.field, t.kind, t.date_order, t.decimal_sign, t.unit, t.separators
    FROM pg_temp.unit_reading AS t
    ON CONFLICT DO NOTHING;

    UPDATE pg_temp.unit_reading AS t SET reading_id = r.reading_id
    FROM stage.readings AS r
    WHERE r.source_id = t.source_id AND r.kind = t.kind AND r.field IS NOT DISTINCT FROM t.field
        AND r.date_order IS NOT DISTINCT FROM t.date_order AND r.decimal_sign IS NOT DISTINCT FROM t.decimal_sign
        AND r.unit IS NOT DISTINCT FROM t.unit AND r.separators IS NOT DISTINCT FROM t.separators;
END
$$;

COMMENT ON FUNCTION clean.unit_readings(bigint, smallint[]) IS 'Readings for columns whose unit stands in another column of the row.';
