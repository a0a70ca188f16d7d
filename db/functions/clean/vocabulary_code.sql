-- clean.vocabulary_code: the code that a text names in the vocabulary of a kind (gear, vessel_type, species, area, rfmo).
--
-- Promises: the code, or NULL where none is known. Asked in this order: the text as a spelling (the source's own before
-- the general ones), as a code, the code in a bracket at its end ('Hand liner vessels (LH)'), the number before a label
-- ('07.1.0 - Liners - Handliners'), the code after a number ('09.4.0 LLD'), the label without its number.
-- Reads the ref tables of the kind, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.vocabulary_code(p_kind text, p_text text, p_source_name text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := clean.fold(p_text);
    v_found text := clean.vocabulary_lookup(p_kind, v_text, p_source_name);
    m text[];
BEGIN
    IF v_found IS NOT NULL OR v_text IS NULL THEN
        RETURN v_found;
    END IF;
    m := regexp_match(v_text, '^(.+?) ?[(\[]([A-Za-z0-9.-]{1,7})[)\]]$');
    IF m IS NOT NULL THEN
        v_found := coalesce(
            clean.vocabulary_lookup(p_kind, m[2], p_source_name), clean.vocabulary_lookup(p_kind, m[1], p_source_name));
    END IF;
    IF v_found IS NULL THEN
        m := regexp_match(v_text, '^([A-Z]{1,5}|[0-9]{1,2}(?:[.][0-9]+)*) ?[-–:] ?(.+)$');
        v_found := coalesce(
            clean.vocabulary_lookup(p_kind, m[1], p_source_name), clean.vocabulary_lookup(p_kind, m[2], p_source_name));
    END IF;
    IF v_found IS NULL THEN
        m := regexp_match(v_text, '^([0-9]{1,2}(?:[.][0-9]+)+) ?(.+)$');
        v_found := coalesce(
            clean.vocabulary_lookup(p_kind, m[2], p_source_name), clean.vocabulary_lookup(p_kind, m[1], p_source_name));
    END IF;
    RETURN v_found;
END
$$;

COMMENT ON FUNCTION clean.vocabulary_code(text, text, text) IS
    'Code of a gear, vessel type, species, area or body: (''gear'', ''Stick-held dip net (SHDN)'') → its letters; NULL if unknown.';
