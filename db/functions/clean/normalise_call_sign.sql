-- clean.normalise_call_sign: an international radio call sign as the ITU writes it.
--
-- Promises: upper-case letters and digits without diacritics and without the signs that group them (blank, hyphen, dot,
-- quote, the @ that AIS pads with; a slash between prefix and number). Text with any other sign, such as a lost letter,
-- a bracket or a letter of another script, stays as it is, folded in upper case: what it means is not guessed.
-- Pure: reads no table, takes no lock, may be called any number of times. Validation is clean.validate_call_sign's.
CREATE OR REPLACE FUNCTION clean.normalise_call_sign(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^[A-Z0-9]+$' THEN p_text
    WHEN upper(clean.fold(p_text)) ~ '^[A-Z0-9]+([ -]+[A-Z0-9]+)*$' THEN translate(upper(clean.fold(p_text)), ' -', '')
    ELSE coalesce(
        substring(
            regexp_replace(regexp_replace(upper(normalize(clean.fold(p_text), NFD)), '^([A-Z0-9]{1,3})/([0-9]+)$', '\1\2'),
                U&'[ .\2010-\2015''"`\2018-\201D@_*\0300-\036F-]', '', 'g')
            FROM '^[A-Z0-9]+$'),
        upper(clean.fold(p_text)))
END;

COMMENT ON FUNCTION clean.normalise_call_sign(text) IS
    'Call sign in canonical form: ''DUG-9061'' → ''DUG9061''. Source: ITU Radio Regulations, article 19.';
