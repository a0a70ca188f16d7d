-- clean.normalise_text: free text, folded, case kept.
--
-- Promises: as clean.fold. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN clean.fold(p_text);

COMMENT ON FUNCTION clean.normalise_text(text) IS 'Free text in canonical form: folded, case kept.';
