-- clean.validate_code: whether a text is a code of its kind's vocabulary (for a country: an ISO 3166-1 alpha-3 code).
--
-- Promises: true or false, never raises. Reads the ref tables of the kind, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_code(p_text text, p_reading stage.readings) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE (p_reading).kind
        WHEN 'country' THEN RETURN EXISTS (SELECT FROM ref.country AS c WHERE c.iso3 = p_text);
        WHEN 'gear' THEN RETURN EXISTS (SELECT FROM ref.gear AS g WHERE g.code = p_text);
        WHEN 'vessel_type' THEN RETURN EXISTS (SELECT FROM ref.vessel_type AS t WHERE t.code = p_text);
        WHEN 'species' THEN RETURN EXISTS (SELECT FROM ref.species AS s WHERE s.code = p_text);
        WHEN 'area' THEN RETURN EXISTS (SELECT FROM ref.area AS a WHERE a.code = p_text);
        WHEN 'rfmo' THEN RETURN EXISTS (SELECT FROM ref.rfmo AS r WHERE r.code = p_text);
        ELSE RETURN false;
    END CASE;
END
$$;

COMMENT ON FUNCTION clean.validate_code(text, stage.readings) IS 'Whether a text is a code that its vocabulary knows.';
