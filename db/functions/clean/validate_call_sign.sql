-- clean.validate_call_sign: whether a text can be a ship's call sign: 4 to 7 signs, a series of the ITU, not only digits,
-- and not a word.
--
-- Promises: true or false, never raises. Where the third sign of a series is a letter and the call sign has a digit
-- there, the two-letter prefix decides. More than four letters without a digit are a name: article 19 has no such ship.
-- Reads ref.call_sign_series, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_call_sign(p_text text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_text IS NULL OR p_text !~ '^[A-Z0-9]{4,7}$' OR p_text !~ '[A-Z]' OR p_text ~ '^[A-Z]{5,}$' THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM ref.call_sign_series AS s
        WHERE s.prefix = left(p_text, 2)
            AND (substr(p_text, 3, 1) ~ '[0-9]' OR left(p_text, 3) BETWEEN s.series_start AND s.series_end)
    );
END
$$;

COMMENT ON FUNCTION clean.validate_call_sign(text) IS
    'Whether the text can be a call sign: length, an allocated ITU series, not a number, not a word.';
