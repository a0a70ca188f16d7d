-- promote.assert_rows: what several cells of the new records say together: authorisations, associates, builds.
--
-- Promises: for each row of pg_temp.promote_new at most one authorisation and one build, and an associate a name. Who
-- granted an authorisation, and with which gear, is said where there is one. An authorisation is valid from its first
-- day (else the record's) to its last. Writes curated; not to be called twice for the same records.
CREATE OR REPLACE FUNCTION promote.assert_rows(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET enable_mergejoin = off
SET work_mem = '64MB'
SET jit = off
AS $$
BEGIN
    INSERT INTO curated.authorisations (
        record_version_id, column_position, part_no, authority, granted_by, authorised, authorisation_type, licence_no, area,
        species, gear, starts_on, ends_on, open_ended, column_positions, valid_from, valid_to, confidence)
    SELECT n.record_version_id, a.column_position, 1, coalesce(a.authority, s.source_name), a.granted_by, a.authorised::boolean,
        a.authorisation_type, a.licence_no, a.area, a.species, a.gear, promote.first_day(a.starts_on),
        promote.last_day(a.ends_on),
        a.open_ended, a.column_positions, coalesce(promote.first_day(a.starts_on), n.valid_from),
        coalesce(promote.last_day(a.ends_on), n.valid_to), a.confidence
    FROM (
        SELECT c.row_index,
            min(c.column_position) FILTER (WHERE c.item NOT IN ('granted_by', 'gear_types', 'authority')) AS column_position,
            array_agg(c.column_position ORDER BY c.column_position) AS column_positions, min(c.confidence) AS confidence,
            max(c.value) FILTER (WHERE c.item = 'authority') AS authority,
            max(c.value) FILTER (WHERE c.item = 'granted_by') AS granted_by,
            min(c.value) FILTER (WHERE c.item = 'authorised' AND c.value IN ('true', 'false')) AS authorised,
            string_agg(c.value, '; ' ORDER BY c.column_position) FILTER (WHERE c.item = 'authorisation_type') AS authorisation_type,
            string_agg(c.value, '; ' ORDER BY c.column_position) FILTER (WHERE c.item = 'licence_no') AS licence_no,
            string_agg(c.value, '; ' ORDER BY c.column_position) FILTER (WHERE c.item = 'area') AS area,
            string_agg(c.value, '; ' ORDER BY c.column_position) FILTER (WHERE c.item = 'species') AS species,
            string_agg(c.value, '; ' ORDER BY c.column_position) FILTER (WHERE c.item = 'gear_types') AS gear,
            max(c.value) FILTER (WHERE c.item = 'starts_on') AS starts_on,
            max(c.value) FILTER (WHERE c.item = 'ends_on') AS ends_on,
            bool_or(c.item = 'ends_on' AND c.open_ended) AS open_ended
        FROM pg_temp.promote_cell AS c
        WHERE c.promotable AND (c.target = 'authorisations' OR c.field = 'GEAR_TYPE')
        GROUP BY c.row_index
    ) AS a
    JOIN pg_temp.promote_new AS n USING (row_index)
    JOIN stage.documents AS t ON t.document_id = p_document_id
    JOIN stage.source AS s USING (source_id)
    -- that somebody submitted the record, or what it fishes with, is no authorisation
    WHERE a.column_position IS NOT NULL;

    INSERT INTO curated.associates (
        record_version_id, column_position, part_no, role, name, address, country, column_positions, valid_from, valid_to,
        confidence)
    SELECT n.record_version_id, c.column_position, p.part_no, c.role, p.name, w.address, w.country,
        ARRAY[c.column_position] || w.column_positions, coalesce(promote.first_day(w.valid_from), n.valid_from),
        coalesce(promote.last_day(w.valid_to), n.valid_to), least(c.confidence, w.confidence)
    FROM pg_temp.promote_cell AS c
    JOIN pg_temp.promote_new AS n USING (row_index)
    CROSS JOIN LATERAL unnest(string_to_array(c.value, '; ')) WITH ORDINALITY AS p (name, part_no)
    LEFT JOIN (
        SELECT x.row_index, x.role, array_agg(x.column_position ORDER BY x.column_position) AS column_positions,
            min(x.confidence) AS confidence,
            string_agg(x.value, '; ' ORDER BY x.column_position) FILTER (WHERE x.item = 'address') AS address,
            min(x.value) FILTER (WHERE x.item = 'country') AS country,
            min(x.value) FILTER (WHERE x.item = 'valid_from') AS valid_from,
            max(x.value) FILTER (WHERE x.item = 'valid_to') AS valid_to
        FROM pg_temp.promote_cell AS x
        WHERE x.promotable AND x.target = 'associates' AND x.item <> 'name' AND x.value IS NOT NULL
        GROUP BY x.row_index, x.role
    ) AS w ON w.row_index = c.row_index AND w.role = c.role
    WHERE c.promotable AND c.target = 'associates' AND c.item = 'name' AND c.value IS NOT NULL;

    INSERT INTO curated.builds (
        record_version_id, column_position, part_no, year_built, built_on, country, place, builder, column_positions, valid_from,
        valid_to, confidence)
    SELECT n.record_version_id, b.column_positions[1], 1,
        substr(coalesce(b.year_built, b.built_on), 1, 4)::integer,
            CASE WHEN length(b.built_on) = 10 THEN promote.first_day(b.built_on) END,
        b.country, b.place, b.builder, b.column_positions, n.valid_from, n.valid_to, b.confidence
    FROM (
        SELECT c.row_index, array_agg(c.column_position ORDER BY c.column_position) AS column_positions,
            min(c.confidence) AS confidence,
            min(c.value) FILTER (WHERE c.item = 'year_built' AND c.value ~ '^[0-9]{4}') AS year_built,
            min(c.value) FILTER (WHERE c.item = 'built_on' AND c.value ~ '^[0-9]{4}') AS built_on,
            min(c.value) FILTER (WHERE c.item = 'country') AS country,
            string_agg(c.value, '; ' ORDER BY c.column_position) FILTER (WHERE c.item = 'place') AS place,
            string_agg(c.value, '; ' ORDER BY c.column_position) FILTER (WHERE c.item = 'builder') AS builder
        FROM pg_temp.promote_cell AS c
        WHERE c.promotable AND c.target = 'builds' AND c.value IS NOT NULL
        GROUP BY c.row_index
    ) AS b
    JOIN pg_temp.promote_new AS n USING (row_index);
END
$$;

COMMENT ON FUNCTION promote.assert_rows(bigint) IS 'Assertions that rest on several cells of a row.';
