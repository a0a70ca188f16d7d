-- review.isotonic: the rising step function nearest to what was observed at each score (pool adjacent violators).
--
-- Promises: one row a score, in order, with the share right that the least weighted squares give it and that never falls.
-- The scores are distinct and rising, rights are weighted counts of right ones, weights of all. One pass over the distinct
-- scores, of which a field has few. Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION review.isotonic(
    p_scores double precision[], p_rights double precision[], p_weights double precision[]
) RETURNS TABLE (score double precision, confidence double precision)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_right double precision[] := '{}';
    v_weight double precision[] := '{}';
    v_end integer[] := '{}';
    v_top integer := 0;
BEGIN
    FOR i IN 1..coalesce(cardinality(p_scores), 0) LOOP
        v_top := v_top + 1;
        v_right[v_top] := p_rights[i];
        v_weight[v_top] := p_weights[i];
        v_end[v_top] := i;
        -- a block that is less often right than the one before it is one block with it
        WHILE v_top > 1 AND v_right[v_top - 1] * v_weight[v_top] > v_right[v_top] * v_weight[v_top - 1] LOOP
            v_right[v_top - 1] := v_right[v_top - 1] + v_right[v_top];
            v_weight[v_top - 1] := v_weight[v_top - 1] + v_weight[v_top];
            v_end[v_top - 1] := v_end[v_top];
            v_top := v_top - 1;
        END LOOP;
    END LOOP;
    RETURN QUERY
    SELECT p_scores[s.i], v_right[b.n] / v_weight[b.n]
    FROM generate_series(1, v_top) AS b (n)
    CROSS JOIN LATERAL generate_series(CASE b.n WHEN 1 THEN 1 ELSE v_end[b.n - 1] + 1 END, v_end[b.n]) AS s (i)
    ORDER BY s.i;
END
$$;

COMMENT ON FUNCTION review.isotonic(double precision[], double precision[], double precision[]) IS
    'Isotonic regression over distinct scores: ([0.5, 0.6, 0.7], [1, 0, 1], [1, 1, 1]) → 0.5, 0.5, 1.';
