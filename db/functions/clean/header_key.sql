-- clean.header_key: a header's key without what stands in brackets.
--
-- Promises: ref.match_key of the text outside (…) and […]; the whole text's where nothing is outside.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.header_key(p_header text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
    nullif(ref.match_key(regexp_replace(p_header, '[(\[][^()\[\]]*[)\]]', ' ', 'g')), ''), ref.match_key(p_header));

COMMENT ON FUNCTION clean.header_key(text) IS 'Key of a header without its brackets: ''Length (m)'' → ''LENGTH''.';
