-- curated.word_forms: what to look for, to find names that have a word or nearly that word.
--
-- Promises: the tokens (curated.name_tokens) of the word without the number of words; of a word of eight letters or more
-- also with two letters left out, so that a second slip is forgiven.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION curated.word_forms(p_word text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT array_agg(DISTINCT f.form)
    FROM (
        SELECT t.token AS form FROM unnest(curated.name_tokens(p_word)) AS t (token) WHERE t.token <> '#1'
        UNION ALL
        SELECT u.token FROM unnest(curated.name_tokens(p_word)) AS t (token)
        CROSS JOIN unnest(curated.name_tokens(t.token)) AS u (token)
        WHERE length(p_word) BETWEEN 8 AND 30 AND t.token <> '#1' AND t.token <> p_word AND u.token <> '#1'
    ) AS f
);

COMMENT ON FUNCTION curated.word_forms(text) IS 'What a word is looked for by: itself and its spellings with a letter or two left out.';
