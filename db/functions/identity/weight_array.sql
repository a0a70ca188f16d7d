-- identity.weight_array: the weights of a model, as an array for scoring many pairs.
--
-- Promises: element 20 × (n − 1) + level + 1 is the weight log2(m / u) of that level of comparison n of
-- identity.comparisons(); 0 where the model has no such level. Reads identity.weight.
CREATE OR REPLACE FUNCTION identity.weight_array(p_version integer) RETURNS double precision[]
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT array_agg(coalesce(ln(w.m / w.u) / ln(2.0), 0) ORDER BY c.n, l.level)
    FROM unnest(identity.comparisons()) WITH ORDINALITY AS c (comparison, n)
    CROSS JOIN generate_series(0, 19) AS l (level)
    LEFT JOIN identity.weight AS w ON w.version = p_version AND w.comparison = c.comparison AND w.level = l.level;
END;

COMMENT ON FUNCTION identity.weight_array(integer) IS 'Weights of a model by comparison and level, flattened.';
