-- clean.is_whole: whether a text with a separator in it is one value of its vocabulary all the same.
--
-- Promises: true where the text as a whole is a known spelling or a placeholder. Reads the vocabularies, locks nothing.
CREATE OR REPLACE FUNCTION clean.is_whole(p_text text, p_reading stage.readings) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (SELECT FROM ref.placeholder AS h WHERE h.match = 'text' AND h.placeholder = upper(clean.fold(p_text)))
        OR CASE (p_reading).kind
            WHEN 'country' THEN clean.country_of(p_text, clean.source_name_of(p_reading))
            ELSE clean.vocabulary_lookup((p_reading).kind, p_text, clean.source_name_of(p_reading))
        END IS NOT NULL;
END
$$;

COMMENT ON FUNCTION clean.is_whole(text, stage.readings) IS 'Whether a text is one known spelling although a separator is in it.';
