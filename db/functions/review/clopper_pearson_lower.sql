-- review.clopper_pearson_lower: the share that is surely reached, when p_right of p_total drawn ones were right.
--
-- Promises: the exact one-sided lower bound of Clopper and Pearson at the given level: the share at which so many right
-- ones, or more, would be drawn with chance 1 − level. NULL where nothing was drawn; OC001 for counts that cannot be.
-- Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION review.clopper_pearson_lower(p_right bigint, p_total bigint, p_level double precision DEFAULT 0.95)
RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_low double precision := 0;
    v_high double precision := 1;
    v_middle double precision;
BEGIN
    IF p_right < 0 OR p_right > p_total OR p_level <= 0 OR p_level >= 1 THEN
        RAISE EXCEPTION '% right of % at level % is no count', p_right, p_total, p_level
            USING ERRCODE = 'OC001', HINT = 'review.clopper_pearson_lower(149, 149): right ones, all drawn, level 0.95.';
    ELSIF p_total = 0 THEN
        RETURN NULL;
    ELSIF p_right = 0 THEN
        RETURN 0;
    ELSIF p_right = p_total THEN
        RETURN (1 - p_level) ^ (1.0 / p_total);
    END IF;
    FOR i IN 1..60 LOOP
        v_middle := (v_low + v_high) / 2;
        IF review.incomplete_beta(v_middle, p_right, p_total - p_right + 1) < 1 - p_level THEN
            v_low := v_middle;
        ELSE
            v_high := v_middle;
        END IF;
        EXIT WHEN v_high - v_low < 1e-13;
    END LOOP;
    RETURN v_low;
END
$$;

COMMENT ON FUNCTION review.clopper_pearson_lower(bigint, bigint, double precision) IS
    'One-sided lower bound of a share: review.clopper_pearson_lower(149, 149) = 0.980, so 149 right ones prove 98%.';
