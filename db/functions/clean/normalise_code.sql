-- clean.normalise_code: a text as the code of its vocabulary; where none is known, the code that the text itself names
-- ('Stick-held dip net (SHDN)' → 'SHDN'), else the folded text in upper case.
--
-- Promises: as clean.vocabulary_code; never raises. Reads the ref tables of the kind, locks nothing.
CREATE OR REPLACE FUNCTION clean.normalise_code(p_text text, p_reading stage.readings) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(
        clean.vocabulary_code((p_reading).kind, p_text, clean.source_name_of(p_reading)),
        substring(clean.fold(p_text) FROM '[(\[]([A-Z][A-Z0-9]{1,5})[)\]]$'),
        upper(clean.fold(p_text)));
END
$$;

COMMENT ON FUNCTION clean.normalise_code(text, stage.readings) IS
    'Gear, vessel type, species, area or body in canonical form: its vocabulary''s code.';
