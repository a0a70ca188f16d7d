-- clean.normalise_country: a flag in ISO 3166-1 alpha-3, or the folded text in upper case where none is known.
--
-- Promises: as clean.country_of; never raises. Reads ref.country_alias, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_country(p_text text, p_reading stage.readings) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(clean.country_of(p_text, clean.source_name_of(p_reading)), upper(clean.fold(p_text)));
END
$$;

COMMENT ON FUNCTION clean.normalise_country(text, stage.readings) IS 'Flag in canonical form: ''EU-ITA'' → ''ITA''.';
