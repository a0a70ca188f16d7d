-- identity.name_key: the key under which two spellings of one name meet.
--
-- Promises: stem and number (identity.name_stem, identity.name_number) joined by #; NULL where nothing is left.
-- Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.name_key(p_name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT identity.name_stem(w.words) || coalesce('#' || identity.name_number(w.words), '')
    FROM (SELECT identity.name_words(p_name) AS words) AS w;
END;

COMMENT ON FUNCTION identity.name_key(text) IS 'Match key of a name: ''MV Victory III'' and ''VICTORY NO. 3'' → ''VICTORY#3''.';
