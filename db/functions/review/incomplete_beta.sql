-- review.incomplete_beta: regularised incomplete beta function: the chance that a beta(a, b) variable is at most x.
--
-- Promises: by its continued fraction (modified Lentz), on whichever side of the mean it converges fast; 0 and 1 at the
-- ends; OC001 where a or b is not positive. Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION review.incomplete_beta(p_x double precision, p_a double precision, p_b double precision)
RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tiny constant double precision := 1e-300;
    v_log double precision;
    v_c double precision := 1;
    v_d double precision;
    v_result double precision;
    v_term double precision;
BEGIN
    IF p_a <= 0 OR p_b <= 0 THEN
        RAISE EXCEPTION 'the incomplete beta function needs positive parameters, not % and %', p_a, p_b
            USING ERRCODE = 'OC001', HINT = 'Both count something: review.incomplete_beta(0.5, 2, 3).';
    ELSIF p_x <= 0 THEN
        RETURN 0;
    ELSIF p_x >= 1 THEN
        RETURN 1;
    ELSIF p_x > (p_a + 1) / (p_a + p_b + 2) THEN
        RETURN 1 - review.incomplete_beta(1 - p_x, p_b, p_a);
    END IF;
    v_log := review.log_gamma(p_a + p_b) - review.log_gamma(p_a) - review.log_gamma(p_b) + p_a * ln(p_x) + p_b * ln(1 - p_x);
    IF v_log < -700 THEN
        RETURN 0;  -- below what a double holds
    END IF;
    v_d := 1 - (p_a + p_b) * p_x / (p_a + 1);
    v_d := 1 / CASE WHEN abs(v_d) < v_tiny THEN v_tiny ELSE v_d END;
    v_result := v_d;
    FOR m IN 1..10000 LOOP
        v_term := m * (p_b - m) * p_x / ((p_a + 2 * m - 1) * (p_a + 2 * m));
        v_d := 1 + v_term * v_d;
        v_d := 1 / CASE WHEN abs(v_d) < v_tiny THEN v_tiny ELSE v_d END;
        v_c := 1 + v_term / v_c;
        v_c := CASE WHEN abs(v_c) < v_tiny THEN v_tiny ELSE v_c END;
        v_result := v_result * v_d * v_c;
        v_term := -(p_a + m) * (p_a + p_b + m) * p_x / ((p_a + 2 * m) * (p_a + 2 * m + 1));
        v_d := 1 + v_term * v_d;
        v_d := 1 / CASE WHEN abs(v_d) < v_tiny THEN v_tiny ELSE v_d END;
        v_c := 1 + v_term / v_c;
        v_c := CASE WHEN abs(v_c) < v_tiny THEN v_tiny ELSE v_c END;
        v_result := v_result * v_d * v_c;
        EXIT WHEN abs(v_d * v_c - 1) < 1e-15;
    END LOOP;
    RETURN exp(v_log) * v_result / p_a;
END
$$;

COMMENT ON FUNCTION review.incomplete_beta(double precision, double precision, double precision) IS
    'Distribution function of the beta distribution: what exact bounds of a share are made of.';
