-- identity.m_array: m of the levels of a model, as an array for scoring many pairs.
--
-- Promises: laid out as identity.weight_array; NULL where the model has no such level. Reads identity.weight.
CREATE OR REPLACE FUNCTION identity.m_array(p_version integer) RETURNS double precision[]
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT array_agg(w.m ORDER BY c.n, l.level)
    FROM unnest(identity.comparisons()) WITH ORDINALITY AS c (comparison, n)
    CROSS JOIN generate_series(0, 19) AS l (level)
    LEFT JOIN identity.weight AS w ON w.version = p_version AND w.comparison = c.comparison AND w.level = l.level;
END;

COMMENT ON FUNCTION identity.m_array(integer) IS 'm of a model by comparison and level, flattened.';
