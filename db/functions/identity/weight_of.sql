-- identity.weight_of: what the levels of a pair weigh.
--
-- Promises: the sum of the weights of the levels (p_weights: identity.weight_array); agreement on a value whose share is
-- known (p_shares, by comparison) counts by that share instead of u: p_m has the m of these agreements, as
-- identity.m_array says. Pure.
CREATE OR REPLACE FUNCTION identity.weight_of(
    p_levels smallint[], p_shares double precision[], p_weights double precision[], p_m double precision[]
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_weights[1 + p_levels[1]]
    + CASE WHEN p_shares[2] > 0 THEN ln(p_m[21 + p_levels[2]] / p_shares[2]) / ln(2.0) ELSE p_weights[21 + p_levels[2]] END
    + CASE WHEN p_shares[3] > 0 THEN ln(p_m[41 + p_levels[3]] / p_shares[3]) / ln(2.0) ELSE p_weights[41 + p_levels[3]] END
    + p_weights[61 + p_levels[4]]
    + p_weights[81 + p_levels[5]]
    + p_weights[101 + p_levels[6]]
    + CASE WHEN p_shares[7] > 0 THEN ln(p_m[121 + p_levels[7]] / p_shares[7]) / ln(2.0) ELSE p_weights[121 + p_levels[7]] END
    + CASE WHEN p_shares[8] > 0 THEN ln(p_m[141 + p_levels[8]] / p_shares[8]) / ln(2.0) ELSE p_weights[141 + p_levels[8]] END
    + CASE WHEN p_shares[9] > 0 THEN ln(p_m[161 + p_levels[9]] / p_shares[9]) / ln(2.0) ELSE p_weights[161 + p_levels[9]] END
    + p_weights[181 + p_levels[10]]
    + p_weights[201 + p_levels[11]];

COMMENT ON FUNCTION identity.weight_of(smallint[], double precision[], double precision[], double precision[]) IS
    'Weight of a pair: the sum over its levels, common values counting less.';
