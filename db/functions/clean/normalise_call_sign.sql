-- clean.normalise_call_sign: an international radio call sign as the ITU writes it.
--
-- Promises: upper-case letters and digits without diacritics, or the folded text where none of them is left.
-- Pure: reads no table, takes no lock, may be called any number of times. Validation is clean.validate_call_sign's.
CREATE OR REPLACE FUNCTION clean.normalise_call_sign(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^[A-Z0-9]+$' THEN p_text
    ELSE coalesce(
        nullif(regexp_replace(upper(normalize(clean.fold(p_text), NFD)), '[^A-Z0-9]', '', 'g'), ''), clean.fold(p_text))
END;

COMMENT ON FUNCTION clean.normalise_call_sign(text) IS
    'Call sign in canonical form: ''DUG-9061'' → ''DUG9061''. Source: ITU Radio Regulations, article 19.';
