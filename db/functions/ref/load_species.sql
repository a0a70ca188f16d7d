-- ref.load_species: species of an ASFIS list, from rows of the file that FAO publishes.
--
-- Promises: every row with a three-sign code is known afterwards; rows of this project's own short list and rows that
-- an operator's load has brought already keep their key, shipped ones also their text. Returns how many rows were
-- added or changed; the same rows again change nothing. Keys of a row, in lower case: alpha3_code or 3a_code,
-- scientific_name, name_en or english_name. Locks what it writes in ref.species. May be called twice.
CREATE OR REPLACE FUNCTION ref.load_species(p_rows jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_changed bigint;
BEGIN
    IF p_rows IS NULL OR jsonb_typeof(p_rows) <> 'array' THEN
        RAISE EXCEPTION 'species are loaded from a JSON array of rows'
            USING ERRCODE = 'OC001', HINT = 'Use: oceanid load-reference asfis FILE';
    END IF;
    INSERT INTO ref.species AS s (code, scientific_name, name)
    SELECT DISTINCT ON (f.code) f.code, f.scientific_name, f.name
    FROM jsonb_to_recordset(p_rows) AS r (
        alpha3_code text, "3a_code" text, scientific_name text, name_en text, english_name text)
    CROSS JOIN LATERAL (
        SELECT upper(btrim(coalesce(r.alpha3_code, r."3a_code"))) AS code,
            nullif(btrim(r.scientific_name), '') AS scientific_name,
            nullif(btrim(coalesce(r.name_en, r.english_name)), '') AS name
    ) AS f
    WHERE f.code ~ '^[A-Z0-9]{3}$'
    ORDER BY f.code, f.scientific_name, f.name
    ON CONFLICT (code) DO UPDATE
        SET scientific_name = excluded.scientific_name, name = excluded.name
        WHERE NOT s.shipped
            AND (s.scientific_name, s.name) IS DISTINCT FROM (excluded.scientific_name, excluded.name);
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    RETURN v_changed;
END
$$;

COMMENT ON FUNCTION ref.load_species(jsonb) IS
    'Adds the species of an ASFIS file''s rows (JSON array); returns how many rows were added or changed.';
