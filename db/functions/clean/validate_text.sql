-- clean.validate_text: true: any folded text is a text.
--
-- Promises: true. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_text(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_text IS NOT NULL;

COMMENT ON FUNCTION clean.validate_text(text) IS 'Any text is a text.';
