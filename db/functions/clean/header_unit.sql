-- clean.header_unit: the unit that a header names, in a bracket or as its last word, in one dimension.
--
-- Promises: the unit's code or NULL. Reads ref.unit_alias, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.header_unit(p_header text, p_dimension text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT clean.unit_of(t.text, p_dimension)
        FROM (
            SELECT m[1] AS text, 1 AS rank FROM regexp_matches(p_header, '[(\[,]\s*([^()\[\],]+?)\s*(?:[)\]]|$)', 'g') AS m
            UNION ALL
            SELECT m[1], 2 FROM regexp_matches(p_header, '(?:^|[\s_/-])([[:alpha:]]{1,7}[23²³]?)\.?\s*$', 'g') AS m
        ) AS t
        WHERE clean.unit_of(t.text, p_dimension) IS NOT NULL
        ORDER BY t.rank
        LIMIT 1
    );
END
$$;

COMMENT ON FUNCTION clean.header_unit(text, text) IS 'Unit that a header names: (''Engine Power (KW)'', ''power'') → ''kW''.';
