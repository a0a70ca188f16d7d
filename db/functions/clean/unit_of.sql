-- clean.unit_of: the unit, or kind of measure, that a text names in one dimension, or in any where p_dimension is NULL.
--
-- Promises: the code or NULL. The text as a spelling first, then a code in a bracket at its end, then what stands before
-- the bracket; more than 100 characters name no unit. Reads ref.unit_alias and ref.unit, locks nothing, may be called any
-- number of times.
CREATE OR REPLACE FUNCTION clean.unit_of(p_text text, p_dimension text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    m text[];
    v_keys text[];
BEGIN
    IF p_text IS NULL OR length(p_text) > 100 THEN
        RETURN NULL;
    END IF;
    m := regexp_match(p_text, '^(.+?) ?[(\[]([^()]+)[)\]]$');
    v_keys := ARRAY[lower(btrim(p_text, ' .')), lower(btrim(m[2], ' .')), lower(btrim(m[1], ' .'))];
    RETURN (
        SELECT u.unit FROM (
            SELECT a.unit, a.dimension, a.alias_key AS key FROM ref.unit_alias AS a WHERE a.alias_key = ANY (v_keys)
            UNION ALL
            SELECT u.unit, u.dimension, lower(u.unit) FROM ref.unit AS u WHERE lower(u.unit) = ANY (v_keys)
        ) AS u
        WHERE p_dimension IS NULL OR u.dimension = p_dimension
        ORDER BY array_position(v_keys, u.key), u.dimension LIKE '%\_type', u.dimension
        LIMIT 1
    );
END
$$;

COMMENT ON FUNCTION clean.unit_of(text, text) IS 'Unit that a text names in a dimension: (''Kilowatts (kW)'', ''power'') → ''kW''.';
