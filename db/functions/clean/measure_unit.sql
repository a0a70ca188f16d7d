-- clean.measure_unit: the unit that a word names in a dimension.
--
-- Promises: the unit's code; '' where the word names a kind of that measure (OA in 'OA 32', LC in 'LC 109') and so says
-- nothing of the unit; of 'm (LOA)' the unit, because the bracket is such a kind; NULL where it is none of these.
-- Reads ref.unit_alias, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.measure_unit(p_word text, p_dimension text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key text := lower(btrim(p_word, ' .:()[]'));
    v_unit text;
    m text[];
BEGIN
    IF v_key = '' THEN
        RETURN '';
    END IF;
    v_unit := (
        SELECT CASE WHEN a.dimension = p_dimension THEN a.unit ELSE '' END
        FROM ref.unit_alias AS a
        WHERE a.alias_key = v_key AND a.dimension IN (p_dimension, p_dimension || '_type')
        ORDER BY a.dimension <> p_dimension
        LIMIT 1
    );
    m := regexp_match(p_word, '^([^()]+)\(([^()]+)\) ?$');
    IF v_unit IS NULL AND m IS NOT NULL THEN
        m := ARRAY[clean.measure_unit(m[1], p_dimension), clean.measure_unit(m[2], p_dimension)];
        v_unit := CASE WHEN m[1] = m[2] OR m[2] = '' THEN m[1] WHEN m[1] = '' THEN m[2] END;
    END IF;
    RETURN v_unit;
END
$$;

COMMENT ON FUNCTION clean.measure_unit(text, text) IS 'Unit of a word: (''mtrs'', ''length'') → ''m''; '''' for a kind of measure; NULL if unknown.';
