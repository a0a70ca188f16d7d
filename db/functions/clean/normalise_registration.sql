-- clean.normalise_registration: a registration, marking or licence number: folded text in upper case, never a number.
--
-- Promises: leading zeros and inner signs stay. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_registration(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN upper(clean.fold(p_text));

COMMENT ON FUNCTION clean.normalise_registration(text) IS 'Registration in canonical form: ''（lu）007'' → ''(LU)007''.';
