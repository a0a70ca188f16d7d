-- clean.decode_entities: the five named HTML entities and the blank, as the characters they stand for.
--
-- Promises: nothing else changes; '&amp;' last, so that nothing is decoded twice in one call.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.decode_entities(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text !~* '&(quot|apos|#0?39|lt|gt|nbsp|amp);' THEN p_text
    ELSE replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        p_text, '&quot;', '"', 'gi'), '&(apos|#0?39);', '''', 'gi'), '&lt;', '<', 'gi'), '&gt;', '>', 'gi'),
        '&nbsp;', ' ', 'gi'), '&amp;', '&')
END;

COMMENT ON FUNCTION clean.decode_entities(text) IS 'HTML entities that web pages leave behind: ''R&amp;D'' → ''R&D''.';
