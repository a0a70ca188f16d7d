-- identity.block_keys: the blocking keys of an entry; entries that share one are compared.
--
-- Promises: distinct texts, each with the kind of key before a colon: identifiers; the name, earlier names under the same
-- kind, so that a new name meets an old one; the consonants of the name, where spellings differ; length with tonnage and
-- tonnage with year, where all names changed. Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.block_keys(p_feature identity.feature) RETURNS SETOF text
LANGUAGE sql IMMUTABLE ROWS 8
BEGIN ATOMIC
    SELECT DISTINCT k.key
    FROM (
        SELECT unnest(ARRAY[
            'imo:' || (p_feature).imo,
            'mmsi:' || (p_feature).mmsi,
            'ircs:' || (p_feature).ircs,
            'cfr:' || (p_feature).eu_cfr,
            'name:' || nullif((p_feature).name_key, '')
        ])
        UNION ALL
        -- consonants, where spellings differ; the beginning of the name under one flag
        SELECT 'sound:' || k.sound || coalesce('#' || (p_feature).number, '')
        FROM (SELECT regexp_replace(translate((p_feature).stem, 'AEIOUYHW', ''), '(.)\1+', '\1', 'g') AS sound) AS k
        WHERE length(k.sound) >= 3
        UNION ALL
        SELECT 'begin:' || left((p_feature).stem, 5) || '#' || coalesce((p_feature).number, '') || ':' || (p_feature).flag
        WHERE length((p_feature).stem) >= 5
        UNION ALL
        -- dimensions, where all names changed
        SELECT unnest(ARRAY[
            'hull:' || identity.hull_term(p_feature),
            'built:' || round((p_feature).length_m::numeric, 1) || ':' || (p_feature).year_built,
            'tonnage:' || round(coalesce((p_feature).gross_tonnage, (p_feature).tonnage)::numeric) || ':' || (p_feature).year_built,
            'register:' || round(coalesce((p_feature).gross_register_tonnage, (p_feature).tonnage)::numeric) || ':'
                || (p_feature).year_built])
        UNION ALL
        SELECT 'name:' || n FROM unnest((p_feature).previous_keys) AS n
        UNION ALL
        SELECT CASE WHEN length(r) < 5 THEN 'reg:' || coalesce((p_feature).flag, '') || ':' ELSE 'reg:' END || r
        FROM unnest((p_feature).registrations) AS r
        UNION ALL
        SELECT 'rfmo:' || r FROM unnest((p_feature).rfmo_ids) AS r WHERE length(r) >= 5
    ) AS k (key)
    WHERE k.key IS NOT NULL;
END;

COMMENT ON FUNCTION identity.block_keys(identity.feature) IS 'Keys by which an entry meets others: identifiers, names, dimensions.';
