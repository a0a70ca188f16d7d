-- identity.probability: the probability of a match, from a weight and the prior.
--
-- Promises: from 0 to 1; p_weight is a sum of log2(m / u), p_match_share the share of all pairs that match. Pure.
CREATE OR REPLACE FUNCTION identity.probability(p_weight double precision, p_match_share double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1 / (1 + (1 - p_match_share) / p_match_share * power(2.0, -least(greatest(p_weight, -200), 200)));

COMMENT ON FUNCTION identity.probability(double precision, double precision) IS 'Probability of a match from its weight and the prior.';
