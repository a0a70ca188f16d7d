-- clean.country_of: the flag that a text names, as ISO 3166-1 alpha-3.
--
-- Promises: the code, or NULL where no spelling is known. A source's own spelling goes before the general one. In
-- 'EU (Spain)' and 'FRA (French Polynesia)' the bracket is the flag; 'EU-ITA' is a member State. Never raises: more than
-- 200 characters are no such composition.
-- Reads ref.country_alias, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.country_of(p_text text, p_source_name text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := clean.fold(p_text);
    v_found text;
    m text[];
BEGIN
    v_found := (
        SELECT a.iso3 FROM ref.country_alias AS a
        WHERE a.alias_key = ref.match_key(v_text) AND (a.source_name IS NULL OR a.source_name = p_source_name)
        ORDER BY a.source_name NULLS LAST, a.iso3 NULLS LAST
        LIMIT 1
    );
    IF v_found IS NOT NULL OR length(v_text) > 200 THEN
        RETURN v_found;
    END IF;
    m := regexp_match(v_text, '^(?:EU|UE|EC|European Union)[ ]*[-–/:(][ ]*([^()]+?)[ )]*$', 'i');
    IF m IS NOT NULL THEN
        RETURN clean.country_of(m[1], p_source_name);
    END IF;
    m := regexp_match(v_text, '^([^()]+?) ?\(([^()]+)\)$');
    IF m IS NOT NULL THEN
        RETURN coalesce(clean.country_of(m[2], p_source_name), clean.country_of(m[1], p_source_name));
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION clean.country_of(text, text) IS
    'Flag of a text: ''Korea REP'', ''EU (Spain)'', ''Chinese Taipei'' → KOR, ESP, TWN. NULL where no spelling is known.';
