-- clean.source_name_of: the name of the source whose texts a reading reads.
--
-- Promises: the name, or NULL for a reading without a source. Reads stage.source, locks nothing.
CREATE OR REPLACE FUNCTION clean.source_name_of(p_reading stage.readings) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT s.source_name FROM stage.source AS s WHERE s.source_id = (p_reading).source_id);
END
$$;

COMMENT ON FUNCTION clean.source_name_of(stage.readings) IS 'Name of a reading''s source.';
