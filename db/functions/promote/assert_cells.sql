-- promote.assert_cells: what single cells of the new records say: names, identifiers, flags, metrics, attributes.
--
-- Promises: a row for each value of each promotable cell of the rows in pg_temp.promote_new. An earlier name or flag is said
-- to hold until the day before the record. A tonnage whose type the row names becomes a tonnage of that measure.
-- Writes curated; not to be called twice for the same records.
CREATE OR REPLACE FUNCTION promote.assert_cells() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- what is told by ANALYZE here is told well enough by three thousand rows
SET default_statistics_target = 10
SET enable_nestloop = off
SET enable_mergejoin = off
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.promote_said, pg_temp.promote_type;
    CREATE TEMPORARY TABLE promote_said ON COMMIT DROP AS
    SELECT n.record_version_id, c.column_position, p.part_no::smallint AS part_no, c.row_index, c.field, c.target, c.item, c.role,
        p.part AS value, c.confidence,
        CASE WHEN c.role = 'previous' THEN NULL ELSE n.valid_from END AS valid_from,
        CASE WHEN c.role = 'previous' THEN n.valid_from - 1 ELSE n.valid_to END AS valid_to
    FROM pg_temp.promote_cell AS c
    JOIN pg_temp.promote_new AS n USING (row_index)
    CROSS JOIN LATERAL unnest(
        -- lists of gears and the like stay together: they are one statement
        CASE WHEN c.target = 'attributes' THEN ARRAY[c.value] ELSE string_to_array(c.value, '; ') END
    ) WITH ORDINALITY AS p (part, part_no)
    WHERE c.target IN ('names', 'identifiers', 'flags', 'metrics', 'attributes') AND c.promotable;
    CREATE TEMPORARY TABLE promote_type ON COMMIT DROP AS
    SELECT DISTINCT ON (s.row_index, s.role) s.row_index, s.role AS item, s.value, s.column_position, s.confidence
    FROM pg_temp.promote_said AS s WHERE s.target = 'metrics' AND s.item = 'type'
    ORDER BY s.row_index, s.role, s.column_position, s.part_no;
    ANALYZE pg_temp.promote_said;

    INSERT INTO curated.names (
        record_version_id, column_position, part_no, role, name, column_positions, valid_from, valid_to, confidence)
    SELECT s.record_version_id, s.column_position, s.part_no, s.role, s.value, ARRAY[s.column_position], s.valid_from,
        s.valid_to, s.confidence
    FROM pg_temp.promote_said AS s WHERE s.target = 'names';

    INSERT INTO curated.identifiers (
        record_version_id, column_position, part_no, scheme, identifier, role, column_positions, valid_from, valid_to,
        confidence)
    SELECT s.record_version_id, s.column_position, s.part_no, s.item, s.value, s.role, ARRAY[s.column_position], s.valid_from,
        s.valid_to, s.confidence
    FROM pg_temp.promote_said AS s WHERE s.target = 'identifiers';

    INSERT INTO curated.flags (
        record_version_id, column_position, part_no, flag, role, column_positions, valid_from, valid_to, confidence)
    SELECT s.record_version_id, s.column_position, s.part_no, s.value, s.role,
        array_remove(ARRAY[s.column_position, d.column_position], NULL), coalesce(promote.first_day(d.value),
        s.valid_from), s.valid_to,
        least(s.confidence, d.confidence)
    FROM pg_temp.promote_said AS s
    LEFT JOIN (
        SELECT x.row_index, min(x.column_position) AS column_position, min(x.value) AS value, min(x.confidence) AS confidence
        FROM pg_temp.promote_said AS x WHERE x.target = 'flags' AND x.item = 'valid_from' GROUP BY x.row_index
    ) AS d ON d.row_index = s.row_index AND s.role = 'current'
    WHERE s.target = 'flags' AND s.item = 'flag';

    INSERT INTO curated.metrics (
        record_version_id, column_position, part_no, metric, value, unit, metric_type, column_positions, valid_from, valid_to,
        confidence)
    SELECT s.record_version_id, s.column_position, s.part_no,
        CASE WHEN s.item <> 'tonnage' THEN s.item ELSE coalesce(g.metric, 'tonnage') END,
        s.value::numeric, coalesce(CASE WHEN s.item = 'tonnage' THEN g.unit END, nullif(f.base_unit, '')),
        CASE WHEN s.item <> 'tonnage' THEN coalesce(s.role, t.value) END,
        array_remove(ARRAY[s.column_position, t.column_position], NULL), s.valid_from, s.valid_to, least(s.confidence,
        t.confidence)
    FROM pg_temp.promote_said AS s
    JOIN ref.field AS f USING (field)
    LEFT JOIN pg_temp.promote_type AS t ON t.row_index = s.row_index AND t.item = s.item AND s.role IS NULL
    LEFT JOIN (VALUES ('GT', 'gross_tonnage', 'GT'), ('GRT', 'gross_register_tonnage', 'GRT'), ('NT', 'net_tonnage', 'NT'))
        AS g (type, metric, unit) ON g.type = t.value
    -- a text that a person let stand is no measurement
    WHERE s.target = 'metrics' AND s.item <> 'type' AND s.value ~ '^[0-9]+(\.[0-9]+)?$';

    INSERT INTO curated.attributes (
        record_version_id, column_position, part_no, attribute, value, column_positions, valid_from, valid_to,
        confidence)
    SELECT s.record_version_id, s.column_position, s.part_no, s.item, s.value, ARRAY[s.column_position], s.valid_from,
        s.valid_to, s.confidence
    FROM pg_temp.promote_said AS s WHERE s.target = 'attributes';
END
$$;

COMMENT ON FUNCTION promote.assert_cells() IS 'Assertions that rest on single cells.';
