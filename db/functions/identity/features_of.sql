-- identity.features_of: match keys of entries, from what their promoted records say.
--
-- Promises: a row for each of the given entries that has evidence, in the form of identity.feature. Reads identity.evidence;
-- locks nothing.
CREATE OR REPLACE FUNCTION identity.features_of(p_entry_ids bigint[]) RETURNS SETOF identity.feature
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT e.entry_id, e.source_id, e.imo, e.mmsi, e.ircs, e.eu_cfr,
        ARRAY(SELECT DISTINCT identity.identifier_key(r) FROM unnest(e.registrations) AS r
            WHERE identity.identifier_key(r) IS NOT NULL ORDER BY 1),
        ARRAY(SELECT DISTINCT identity.identifier_key(r) FROM unnest(e.rfmo_ids) AS r
            WHERE identity.identifier_key(r) IS NOT NULL ORDER BY 1),
        w.stem || coalesce('#' || w.number, ''), w.stem, w.number,
        CASE WHEN w.stem IS NULL THEN '{}' ELSE ref.trigrams(w.stem) END,
        ARRAY(SELECT DISTINCT identity.name_key(n) FROM unnest(e.previous_names) AS n
            WHERE identity.name_key(n) IS NOT NULL AND identity.name_key(n) <> '' ORDER BY 1),
        e.flag, e.previous_flags,
        e.length_m::double precision, e.length_type, e.gross_tonnage::double precision, e.gross_register_tonnage::double precision,
        e.tonnage::double precision, e.year_built,
        ARRAY(SELECT DISTINCT identity.owner_key(o) FROM unnest(e.owners) AS o WHERE identity.owner_key(o) IS NOT NULL ORDER BY 1)
    FROM identity.evidence AS e
    LEFT JOIN LATERAL (
        SELECT identity.name_stem(k.words) AS stem, identity.name_number(k.words) AS number
        FROM (SELECT identity.name_words(e.name) AS words OFFSET 0) AS k
    ) AS w ON true
    WHERE e.entry_id = ANY (p_entry_ids);
END;

COMMENT ON FUNCTION identity.features_of(bigint[]) IS 'Match keys of active entries: SELECT * FROM identity.features_of(ARRAY[1, 2]).';
