-- identity.name_key: the key under which two spellings of one name meet.
--
-- Promises: stem and number (identity.name_stem, identity.name_number) joined by #; NULL where nothing is left.
-- Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.name_key(p_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_words text := identity.name_words(p_name);
BEGIN
    RETURN identity.name_stem(v_words) || coalesce('#' || identity.name_number(v_words), '');
END
$$;

COMMENT ON FUNCTION identity.name_key(text) IS 'Match key of a name: ''MV Victory III'' and ''VICTORY NO. 3'' → ''VICTORY#3''.';
