-- clean.validate_cfr: whether a text is a State's three letters and a serial of nine signs with a digit among them.
--
-- Promises: true or false, never raises. Reads ref.country, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_cfr(p_text text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(p_text ~ '^[A-Z]{3}(?=[A-Z]*[0-9])[A-Z0-9]{9}$', false)
        AND EXISTS (SELECT FROM ref.country AS c WHERE c.iso3 = left(p_text, 3));
END
$$;

COMMENT ON FUNCTION clean.validate_cfr(text) IS 'Twelve signs, the first three an ISO 3166-1 alpha-3 code, a digit in the rest.';
