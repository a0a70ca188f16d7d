-- identity.near: how near two measures of one thing are.
--
-- Promises: 0 where one is missing, 1 equal (to p_equal, a share of the greater), 2 close (to p_close), 3 farther. Pure.
CREATE OR REPLACE FUNCTION identity.near(
    p_a double precision, p_b double precision, p_equal double precision, p_close double precision
) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_a IS NULL OR p_b IS NULL THEN 0
    WHEN abs(p_a - p_b) <= p_equal * greatest(p_a, p_b) THEN 1
    WHEN abs(p_a - p_b) <= p_close * greatest(p_a, p_b) THEN 2
    ELSE 3
END;

COMMENT ON FUNCTION identity.near(double precision, double precision, double precision, double precision) IS
    '0 missing, 1 equal, 2 close, 3 farther.';
