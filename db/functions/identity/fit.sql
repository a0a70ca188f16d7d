-- identity.fit: expectation–maximisation over pairs that were compared.
--
-- Promises: prior and weights of model p_version are changed until the expected number of matches moves by less than a
-- ten-thousandth, or p_iterations are over; returns how many it took and that number. A pair counts as a match by its
-- chance against all that its entries might be instead in the same source, since an entry is at most one of them. Sister
-- ships, whose names differ in the number alone, and pairs that met by no blocking key are counted as two vessels. The
-- weights of p_start count as 5 pairs, so that a level never seen keeps a weight. Works on the temporary tables of
-- identity.estimate_weights.
CREATE OR REPLACE FUNCTION identity.fit(
    p_version integer, p_start integer, p_pairs double precision, p_iterations integer,
    OUT iterations integer, OUT matches double precision
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_before double precision := 0;
    v_w double precision[];
    v_m double precision[];
    v_prior double precision;
BEGIN
    iterations := 0;
    LOOP
        v_w := identity.weight_array(p_version);
        v_m := identity.m_array(p_version);
        SELECT m.match_share INTO v_prior FROM identity.model AS m WHERE m.version = p_version;
        UPDATE pg_temp.fitting_pair AS p
        SET odds = CASE WHEN p.levels[7] % 10 = 7 THEN 0 ELSE
            v_prior / (1 - v_prior) * power(2.0, least(150, identity.weight_of(p.levels, p.shares, v_w, v_m))) END;
        CREATE TEMPORARY TABLE fitting_kind ON COMMIT DROP AS
        SELECT c.levels, c.common, count(*) AS pairs, sum(c.chance) AS chance
        FROM (
            SELECT p.levels, p.common,
                p.odds / (1 + greatest(
                sum(p.odds) OVER (PARTITION BY p.entry_a, p.source_b),
                sum(p.odds) OVER (PARTITION BY p.entry_b, p.source_a))) AS chance
            FROM pg_temp.fitting_pair AS p
        ) AS c
        GROUP BY c.levels, c.common;
        matches := (SELECT sum(k.chance) FROM pg_temp.fitting_kind AS k);
        EXIT WHEN iterations >= p_iterations OR abs(matches - v_before) < 0.0001 * matches;
        v_before := matches;
        iterations := iterations + 1;

        UPDATE identity.model AS m SET match_share = greatest(1e-12, least(0.5, fit.matches / p_pairs))
        WHERE m.version = p_version;
        WITH seen AS (
            SELECT s.comparison, s.level, sum(s.m) AS m, sum(s.u) AS u
            FROM (
                SELECT (identity.comparisons())[l.n] AS comparison, l.level, k.chance AS m,
                    -- agreement on a common value counts by the share of that value, not by this u
                    CASE WHEN l.n = ANY (k.common) AND l.n <> 8 THEN 0 ELSE k.pairs - k.chance END AS u
                FROM pg_temp.fitting_kind AS k CROSS JOIN LATERAL unnest(k.levels) WITH ORDINALITY AS l (level, n)
                WHERE l.level > 0
                UNION ALL
                SELECT o.comparison, o.level, 0, o.pairs FROM pg_temp.fitting_other AS o
            ) AS s
            GROUP BY s.comparison, s.level
        ), total AS (
            SELECT s.comparison, s.level >= 10 AS two_flags, sum(s.m) AS m, sum(s.u) AS u FROM seen AS s GROUP BY 1, 2
        )
        UPDATE identity.weight AS w
        SET m = greatest(1e-9, least(1 - 1e-9, (coalesce(s.m, 0) + 5 * b.m) / (t.m + 5))),
            u = greatest(1e-12, least(1 - 1e-9, (coalesce(s.u, 0) + 5 * b.u) / (t.u + 5)))
        FROM identity.weight AS b
        JOIN total AS t ON t.comparison = b.comparison AND t.two_flags = (b.level >= 10)
        LEFT JOIN seen AS s ON s.comparison = b.comparison AND s.level = b.level
        WHERE w.version = p_version AND b.version = p_start AND b.comparison = w.comparison AND b.level = w.level;
        DROP TABLE pg_temp.fitting_kind;
    END LOOP;
    DROP TABLE pg_temp.fitting_kind;
END
$$;

COMMENT ON FUNCTION identity.fit(integer, integer, double precision, integer) IS 'Part of identity.estimate_weights: expectation–maximisation.';
