-- clean.decode_entities: the five named HTML entities and the blank, as the characters they stand for.
--
-- Promises: nothing else changes. An ampersand that was itself encoded, once or more ('&amp;quot;'), is one ampersand
-- first, so that a second call changes nothing more.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.decode_entities(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text !~* '&(quot|apos|#0?39|lt|gt|nbsp|amp);' THEN p_text
    ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        p_text, '&(amp;)+(?=(quot|apos|#0?39|lt|gt|nbsp|amp);)', '&', 'gi'),
        '&quot;', '"', 'gi'), '&(apos|#0?39);', '''', 'gi'), '&lt;', '<', 'gi'), '&gt;', '>', 'gi'),
        '&nbsp;', ' ', 'gi'), '&amp;', '&', 'gi')
END;

COMMENT ON FUNCTION clean.decode_entities(text) IS 'HTML entities that web pages leave behind: ''R&amp;D'' → ''R&D''.';
