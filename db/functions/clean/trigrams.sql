-- clean.trigrams: the sets of three neighbouring signs in a key's words, each word padded with blanks.
--
-- Promises: distinct trigrams; '{}' for an empty key. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.trigrams(p_key text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT substr(w.padded, i, 3)), '{}')
    FROM (SELECT '  ' || word || ' ' AS padded FROM regexp_split_to_table(p_key, ' ') AS word WHERE word <> '') AS w
    CROSS JOIN LATERAL generate_series(1, length(w.padded) - 2) AS i;
END;

COMMENT ON FUNCTION clean.trigrams(text) IS 'Trigrams of a key, for telling how alike two headers are.';
