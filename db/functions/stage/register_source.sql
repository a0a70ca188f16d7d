-- stage.register_source: the source of a name, made where it is new.
--
-- Promises: the source's id. OC001 where the type or the name is malformed. An existing source is left as it is.
-- Writes stage.source; a concurrent call for the same new source waits for the other. May be called twice.
CREATE OR REPLACE FUNCTION stage.register_source(p_source_type text, p_source_name text) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_type text := upper(btrim(p_source_type));
    v_name text := btrim(p_source_name);
    v_source_id integer;
BEGIN
    IF v_type IS NULL OR v_type !~ '^[A-Z][A-Z0-9_]*$' OR v_type = 'GLOBAL' THEN
        RAISE EXCEPTION 'the source type % is not one', quote_nullable(p_source_type)
            USING ERRCODE = 'OC001', HINT = 'One word of letters, digits and _: RFMO, COUNTRY, IUU_LIST. GLOBAL is taken: it means every source.';
    END IF;
    IF coalesce(v_name, '') = '' THEN
        RAISE EXCEPTION 'a source of type % needs a name', v_type
            USING ERRCODE = 'OC001', HINT = 'Who publishes the list: NEAFC, SWE, …';
    END IF;
    SELECT s.source_id INTO v_source_id FROM stage.source AS s WHERE s.source_type = v_type AND s.source_name = v_name;
    IF FOUND THEN
        RETURN v_source_id;
    END IF;
    INSERT INTO stage.source (source_type, source_name) VALUES (v_type, v_name)
    ON CONFLICT (source_type, source_name) DO NOTHING
    RETURNING source_id INTO v_source_id;
    IF v_source_id IS NULL THEN
        SELECT s.source_id INTO v_source_id FROM stage.source AS s WHERE s.source_type = v_type AND s.source_name = v_name;
    END IF;
    RETURN v_source_id;
END
$$;

COMMENT ON FUNCTION stage.register_source(text, text) IS
'Id of a source, made where it is new. Its trust and description are columns to UPDATE. '
'Example: SELECT stage.register_source(''RFMO'', ''NEAFC'');';
