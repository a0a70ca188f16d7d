-- curated.name_grams: the runs of three letters of a search key, word by word, the beginning and end of a word being two
-- blanks and one.
--
-- Promises: each run once for every time it is there, in order; {} for ''. Two names with many runs in common look alike,
-- in whatever order their words stand.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION curated.name_grams(p_key text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_grams text[] := '{}';
    v_word text;
BEGIN
    FOREACH v_word IN ARRAY string_to_array(p_key, ' ') LOOP
        FOR v_place IN 1..length(v_word) + 1 LOOP
            v_grams := v_grams || substr('  ' || v_word || ' ', v_place, 3);
        END LOOP;
    END LOOP;
    RETURN v_grams;
END
$$;

COMMENT ON FUNCTION curated.name_grams(text) IS 'Runs of three letters of a search key: ''ANA 3'' → {"  A"," AN",ANA,"NA ","  3"," 3 "}.';
