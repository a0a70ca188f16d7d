-- clean.normalise_cfr: a Common Fleet Register number: three letters of the State and nine signs, padded with zeros.
--
-- Promises: blanks and hyphens dropped, upper case, padded only where letters and a shorter serial with a digit in it are
-- there; other text stays as it is, folded in upper case (a name is no serial).
-- Source: Commission Implementing Regulation (EU) 2017/218, annex I. Pure: may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_cfr(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^[A-Z]{3}[A-Z0-9]{9}$' THEN p_text
    WHEN translate(upper(clean.fold(p_text)), ' -', '') ~ '^[A-Z]{3}(?=[A-Z0-9]*[0-9])[A-Z0-9]{1,9}$'
        THEN left(translate(upper(clean.fold(p_text)), ' -', ''), 3)
            || lpad(substr(translate(upper(clean.fold(p_text)), ' -', ''), 4), 9, '0')
    ELSE upper(clean.fold(p_text))
END;

COMMENT ON FUNCTION clean.normalise_cfr(text) IS 'EU fleet register number: ''esp 12345'' → ''ESP000012345''.';
