-- clean.unit_of: the unit, or kind of measure, that a text names in one dimension, or in any where p_dimension is NULL.
--
-- Promises: the code or NULL. The text as a spelling first, then a code in a bracket at its end, then what stands before
-- the bracket. Reads ref.unit_alias and ref.unit, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.unit_of(p_text text, p_dimension text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    m text[] := regexp_match(p_text, '^(.+?) ?[(\[]([^()]+)[)\]]$');
BEGIN
    RETURN (
        SELECT u.unit FROM (
            SELECT a.unit, a.dimension, a.alias_key AS key FROM ref.unit_alias AS a
            UNION ALL
            SELECT u.unit, u.dimension, lower(u.unit) FROM ref.unit AS u
        ) AS u
        JOIN unnest(ARRAY[p_text, m[2], m[1]]) WITH ORDINALITY AS t (text, rank) ON u.key = lower(btrim(t.text, ' .'))
        WHERE p_dimension IS NULL OR u.dimension = p_dimension
        ORDER BY t.rank, u.dimension LIKE '%\_type', u.dimension
        LIMIT 1
    );
END
$$;

COMMENT ON FUNCTION clean.unit_of(text, text) IS 'Unit that a text names in a dimension: (''Kilowatts (kW)'', ''power'') → ''kW''.';
