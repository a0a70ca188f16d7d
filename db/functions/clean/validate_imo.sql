-- clean.validate_imo: whether a text is seven digits of which the last checks the others.
--
-- Promises: true or false, never raises. The check passes one random number in ten: evidence, not proof.
-- Formula: Σ digit(i) × (8 − i), i = 1..6, modulo 10 equals digit 7. Source: IMO resolution A.1117(30).
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_imo(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text !~ '^[0-9]{7}$' THEN false
    WHEN p_text = '0000000' THEN false
    ELSE (7 * (ascii(p_text) - 48) + 6 * (ascii(substr(p_text, 2)) - 48) + 5 * (ascii(substr(p_text, 3)) - 48)
        + 4 * (ascii(substr(p_text, 4)) - 48) + 3 * (ascii(substr(p_text, 5)) - 48)
        + 2 * (ascii(substr(p_text, 6)) - 48)) % 10 = ascii(substr(p_text, 7)) - 48
END;

COMMENT ON FUNCTION clean.validate_imo(text) IS 'IMO check digit: true for ''8814275''. Source: IMO resolution A.1117(30).';
