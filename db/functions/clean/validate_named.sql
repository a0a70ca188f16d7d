-- clean.validate_named: whether a text has at least one letter or digit, so that it can name something.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_named(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_text ~ '[[:alnum:]]';

COMMENT ON FUNCTION clean.validate_named(text) IS 'At least one letter or digit.';
