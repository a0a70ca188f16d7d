-- clean.normalise_name_unusual: what clean.normalise_name does to a name that is not plain ASCII without quotes.
--
-- Promises: as clean.normalise_name. Its steps uncover each other's work (a quote was an entity, an entity stood in wide
-- letters, double encoding was in lower case), so they are repeated until nothing changes.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_name_unusual(p_text text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := p_text;
    v_next text;
BEGIN
    FOR v_round IN 1..10 LOOP
        v_next := upper(clean.strip_quotes(clean.fold(clean.decode_entities(clean.repair_mojibake(v_text)))));
        EXIT WHEN v_next = v_text;
        v_text := v_next;
    END LOOP;
    RETURN v_text;
END
$$;

COMMENT ON FUNCTION clean.normalise_name_unusual(text) IS 'The slow half of clean.normalise_name, for quotes, entities and letters beyond ASCII.';
