-- identity.agreement: how two entries agree, comparison by comparison.
--
-- Promises: a level for each of identity.comparisons(), 0 where there is nothing to compare; identity.weight says in words
-- what a level is. MMSI, call sign, registration and name, which change with the flag, have 10 added where the flags
-- differ. The same for (a, b) and (b, a). Pure; reads no table.
CREATE OR REPLACE FUNCTION identity.agreement(p_a identity.feature, p_b identity.feature) RETURNS smallint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    CASE WHEN (p_a).imo = (p_b).imo THEN 1 WHEN (p_a).imo <> (p_b).imo THEN 2 ELSE 0 END,
    CASE WHEN (p_a).mmsi = (p_b).mmsi THEN 1 WHEN (p_a).mmsi <> (p_b).mmsi THEN 2 ELSE 0 END
        + CASE WHEN (p_a).flag <> (p_b).flag AND (p_a).mmsi IS NOT NULL AND (p_b).mmsi IS NOT NULL THEN 10 ELSE 0 END,
    CASE WHEN (p_a).ircs = (p_b).ircs THEN 1 WHEN (p_a).ircs <> (p_b).ircs THEN 2 ELSE 0 END
        + CASE WHEN (p_a).flag <> (p_b).flag AND (p_a).ircs IS NOT NULL AND (p_b).ircs IS NOT NULL THEN 10 ELSE 0 END,
    CASE WHEN (p_a).eu_cfr = (p_b).eu_cfr THEN 1 WHEN (p_a).eu_cfr <> (p_b).eu_cfr THEN 2 ELSE 0 END,
    CASE WHEN (p_a).registrations = '{}' OR (p_b).registrations = '{}' THEN 0
        ELSE CASE WHEN (p_a).registrations && (p_b).registrations THEN 1 ELSE 2 END
            + CASE WHEN (p_a).flag <> (p_b).flag THEN 10 ELSE 0 END END,
    CASE WHEN (p_a).rfmo_ids = '{}' OR (p_b).rfmo_ids = '{}' THEN 0 WHEN (p_a).rfmo_ids && (p_b).rfmo_ids THEN 1 ELSE 2 END,
    CASE WHEN (p_a).stem IS NULL OR (p_b).stem IS NULL THEN 0 ELSE
        CASE WHEN (p_a).name_key = (p_b).name_key THEN 1
            WHEN (p_a).name_key = ANY ((p_b).previous_keys) OR (p_b).name_key = ANY ((p_a).previous_keys) THEN 2
            WHEN (p_a).stem = (p_b).stem THEN CASE WHEN (p_a).number <> (p_b).number THEN 7 ELSE 4 END
            WHEN NOT (p_a).grams && (p_b).grams THEN 6
            -- 2: alike, 1: somewhat, 0: not
            ELSE CASE width_bucket(identity.likeness((p_a).grams, (p_b).grams), ARRAY[0.35, 0.6]::double precision[])
                WHEN 2 THEN CASE WHEN (p_a).number IS NOT DISTINCT FROM (p_b).number THEN 3
                    WHEN (p_a).number <> (p_b).number THEN 7 ELSE 5 END
                WHEN 1 THEN 5 ELSE 6 END END
        + CASE WHEN (p_a).flag <> (p_b).flag THEN 10 ELSE 0 END END,
    CASE WHEN (p_a).flag = (p_b).flag THEN 1
        WHEN (p_a).flag = ANY ((p_b).flags) OR (p_b).flag = ANY ((p_a).flags) THEN 2
        WHEN (p_a).flag <> (p_b).flag THEN 3 ELSE 0 END,
    CASE identity.near_length(p_a, p_b) * 10 + identity.near_tonnage(p_a, p_b)
        WHEN 0 THEN 0
        WHEN 11 THEN 1
        WHEN 12 THEN 2 WHEN 21 THEN 2 WHEN 22 THEN 3
        WHEN 10 THEN 4 WHEN 1 THEN 5
        WHEN 20 THEN 6 WHEN 2 THEN 6
        WHEN 13 THEN 7 WHEN 31 THEN 7 WHEN 23 THEN 8 WHEN 32 THEN 8
        ELSE 9 END,
    CASE abs((p_a).year_built - (p_b).year_built) WHEN 0 THEN 1 WHEN 1 THEN 2 ELSE
        CASE WHEN (p_a).year_built IS NULL OR (p_b).year_built IS NULL THEN 0 ELSE 3 END END,
    CASE WHEN (p_a).owners = '{}' OR (p_b).owners = '{}' THEN 0 WHEN (p_a).owners && (p_b).owners THEN 1 ELSE 2 END
]::smallint[];

COMMENT ON FUNCTION identity.agreement(identity.feature, identity.feature) IS
    'Levels of agreement of two entries, in the order of identity.comparisons().';
