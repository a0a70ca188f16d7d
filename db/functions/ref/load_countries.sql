-- ref.load_countries: further names of countries, in many languages, from a list of countries as JSON objects.
--
-- Promises: a name that no spelling here knows yet becomes a spelling of its country; one that is known, or that the
-- list gives to two countries, is left out, so that no flag that was found before is another one afterwards. Two
-- letters are never taken: they are ISO's. Returns how many spellings were added; the same list again adds none.
-- An object: {"cca3": …, "name": {"common", "official", "native": {language: {…}}}, "altSpellings": […],
-- "translations": {language: {"common", "official"}}}. Locks what it writes in ref.country_alias. May be called twice.
CREATE OR REPLACE FUNCTION ref.load_countries(p_countries jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_added bigint;
BEGIN
    IF p_countries IS NULL OR jsonb_typeof(p_countries) <> 'array' THEN
        RAISE EXCEPTION 'countries are loaded from a JSON array of objects'
            USING ERRCODE = 'OC001', HINT = 'Use: oceanid load-reference countries FILE';
    END IF;
    INSERT INTO ref.country_alias (alias, iso3, language)
    WITH country AS (
        SELECT c.iso3, o.value AS body
        FROM jsonb_array_elements(p_countries) AS o
        JOIN ref.country AS c ON c.iso3 = o.value ->> 'cca3'
    ),
    spelling AS (
        SELECT n.iso3, 'eng' AS language, t.value AS alias
        FROM country AS n
        CROSS JOIN LATERAL (VALUES (n.body #>> '{name,common}'), (n.body #>> '{name,official}')) AS t (value)
        UNION ALL
        SELECT n.iso3, NULL, t.value
        FROM country AS n
        CROSS JOIN LATERAL jsonb_array_elements_text(
            CASE WHEN jsonb_typeof(n.body -> 'altSpellings') = 'array' THEN n.body -> 'altSpellings' ELSE '[]' END
        ) AS t (value)
        UNION ALL
        SELECT n.iso3, l.key, t.value
        FROM country AS n
        CROSS JOIN LATERAL (VALUES (n.body #> '{name,native}'), (n.body -> 'translations')) AS s (languages)
        CROSS JOIN LATERAL jsonb_each(
            CASE WHEN jsonb_typeof(s.languages) = 'object' THEN s.languages ELSE '{}' END
        ) AS l (key, names)
        CROSS JOIN LATERAL (VALUES (l.names ->> 'common'), (l.names ->> 'official')) AS t (value)
    ),
    keyed AS (
        SELECT s.iso3, s.language, btrim(s.alias) AS alias, ref.match_key(s.alias) AS alias_key
        FROM spelling AS s
    ),
    sure AS (
        SELECT k.alias_key, min(k.iso3) AS iso3, min(k.alias COLLATE "C") AS alias, min(k.language COLLATE "C") AS language
        FROM keyed AS k
        WHERE k.alias_key <> '' AND k.alias !~ '^[A-Z]{2}$'
        GROUP BY k.alias_key
        HAVING min(k.iso3) = max(k.iso3)
    )
    SELECT s.alias, s.iso3, s.language
    FROM sure AS s
    WHERE NOT EXISTS (
        SELECT FROM ref.country_alias AS a WHERE a.alias_key = s.alias_key AND a.source_name IS NULL);
    GET DIAGNOSTICS v_added = ROW_COUNT;
    RETURN v_added;
END
$$;

COMMENT ON FUNCTION ref.load_countries(jsonb) IS
    'Adds the names of countries in other languages (JSON array of objects) that no spelling knows yet; returns how many.';
