-- clean.normalise_boolean: 'true' or 'false' for the words that say so.
--
-- Promises: English, Spanish, French, Portuguese and Russian words, Y/N, T/F, 1/0; other text stays as it is, folded.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_boolean(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN clean.fold(p_text) ~* '^\s*(y|yes|t|true|s|si|sí|sim|o|oui|ja|j|да|1|1\.0|x|✓|✔)\s*$' THEN 'true'
    WHEN clean.fold(p_text) ~* '^\s*(n|no|f|false|non|não|nao|nein|nei|nej|нет|0|0\.0|✗|✘)\s*$' THEN 'false'
    ELSE clean.fold(p_text)
END;

COMMENT ON FUNCTION clean.normalise_boolean(text) IS 'Yes-or-no words as ''true'' or ''false''.';
