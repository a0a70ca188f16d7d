-- identity.near_length: how near two lengths are, as identity.near says it.
--
-- Promises: equal to half a percent, close to three; lengths of two different types (overall, registered, between
-- perpendiculars) are close to a fifth, and are never far by less. Pure.
CREATE OR REPLACE FUNCTION identity.near_length(p_a identity.feature, p_b identity.feature) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN identity.near((p_a).length_m, (p_b).length_m, 0.005,
    CASE WHEN (p_a).length_type <> (p_b).length_type THEN 0.2 ELSE 0.03 END);

COMMENT ON FUNCTION identity.near_length(identity.feature, identity.feature) IS 'Nearness of two lengths; their types are minded.';
