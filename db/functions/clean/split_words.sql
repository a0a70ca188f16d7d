-- clean.split_words: a header that a database wrote, with blanks where its words begin.
--
-- Promises: a blank between a small and a capital letter, and between an acronym and a word; nothing else changes.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.split_words(p_header text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    regexp_replace(p_header, '([[:lower:]])([[:upper:]])', '\1 \2', 'g'), '([A-Z]+)([A-Z][a-z]+)', '\1 \2', 'g');

COMMENT ON FUNCTION clean.split_words(text) IS 'Words of a header: ''ICCATSerialNumber'' → ''ICCAT Serial Number''.';
