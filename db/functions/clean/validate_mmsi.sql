-- clean.validate_mmsi: whether a text is the MMSI of a ship station whose identification digits are allocated.
--
-- Promises: true or false, never raises. Reads ref.mid, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_mmsi(p_text text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN p_text ~ '^[2-7][0-9]{8}$'
        AND EXISTS (SELECT FROM ref.mid AS m WHERE m.mid = left(p_text, 3));
END
$$;

COMMENT ON FUNCTION clean.validate_mmsi(text) IS
    'Nine digits of a ship station (first digit 2–7) with an allocated MID. Source: ITU-R M.585.';
