-- clean.validate_count: whether a text is a whole number, zero or more.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_count(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_text ~ '^(0|[1-9][0-9]{0,8})$';

COMMENT ON FUNCTION clean.validate_count(text) IS 'A whole number, zero or more.';
