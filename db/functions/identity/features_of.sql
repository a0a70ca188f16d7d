-- identity.features_of: match keys of entries, from what their promoted records say.
--
-- Promises: a row for each of the given entries that has evidence, in the form of identity.feature. Reads identity.evidence;
-- locks nothing.
CREATE OR REPLACE FUNCTION identity.features_of(p_entry_ids bigint[]) RETURNS SETOF identity.feature
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT e.entry_id, e.source_id, e.imo, e.mmsi, e.ircs, e.eu_cfr,
        CASE WHEN e.registrations = '{}' THEN '{}' ELSE ARRAY(SELECT DISTINCT k.key
            FROM (SELECT identity.identifier_key(r) AS key FROM unnest(e.registrations) AS r OFFSET 0) AS k
            WHERE k.key IS NOT NULL ORDER BY 1) END,
        CASE WHEN e.rfmo_ids = '{}' THEN '{}' ELSE ARRAY(SELECT DISTINCT k.key
            FROM (SELECT identity.identifier_key(r) AS key FROM unnest(e.rfmo_ids) AS r OFFSET 0) AS k
            WHERE k.key IS NOT NULL ORDER BY 1) END,
        w.stem || coalesce('#' || w.number, ''), w.stem, w.number,
        CASE WHEN w.stem IS NULL THEN '{}' ELSE ref.trigrams(w.stem) END,
        CASE WHEN e.previous_names = '{}' THEN '{}' ELSE ARRAY(SELECT DISTINCT k.key
            FROM (SELECT identity.name_key(n) AS key FROM unnest(e.previous_names) AS n OFFSET 0) AS k
            WHERE k.key <> '' ORDER BY 1) END,
        e.flag, e.previous_flags,
        e.length_m::double precision, e.length_type, e.gross_tonnage::double precision,
        e.gross_register_tonnage::double precision,
        e.tonnage::double precision, e.year_built,
        CASE WHEN e.owners = '{}' THEN '{}' ELSE ARRAY(SELECT DISTINCT k.key
            FROM (SELECT identity.owner_key(o) AS key FROM unnest(e.owners) AS o OFFSET 0) AS k
            WHERE k.key IS NOT NULL ORDER BY 1) END
    FROM identity.evidence AS e
    LEFT JOIN LATERAL (
        SELECT identity.name_stem(k.words) AS stem, identity.name_number(k.words) AS number
        FROM (SELECT identity.name_words(e.name) AS words OFFSET 0) AS k
    ) AS w ON true
    WHERE e.entry_id = ANY (p_entry_ids);
END;

COMMENT ON FUNCTION identity.features_of(bigint[]) IS 'Match keys of active entries: SELECT * FROM identity.features_of(ARRAY[1, 2]).';
