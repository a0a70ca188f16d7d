-- clean.validate_boolean: whether a text is 'true' or 'false'.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_boolean(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_text IN ('true', 'false');

COMMENT ON FUNCTION clean.validate_boolean(text) IS '''true'' or ''false''.';
