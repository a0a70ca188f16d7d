-- identity.near_tonnage: how near two tonnages are, as identity.near says it.
--
-- Promises: the best of GT with GT, GRT with GRT, and a tonnage of unknown measure with any; a GT and a GRT are never
-- compared with each other. Equal to half a percent, close to five. Pure.
CREATE OR REPLACE FUNCTION identity.near_tonnage(p_a identity.feature, p_b identity.feature) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(least(
    nullif(identity.near((p_a).gross_tonnage, (p_b).gross_tonnage, 0.005, 0.05), 0),
    nullif(identity.near((p_a).gross_register_tonnage, (p_b).gross_register_tonnage, 0.005, 0.05), 0),
    nullif(identity.near((p_a).tonnage, (p_b).tonnage, 0.005, 0.05), 0),
    nullif(identity.near((p_a).tonnage, (p_b).gross_tonnage, 0.005, 0.05), 0),
    nullif(identity.near((p_a).tonnage, (p_b).gross_register_tonnage, 0.005, 0.05), 0),
    nullif(identity.near((p_a).gross_tonnage, (p_b).tonnage, 0.005, 0.05), 0),
    nullif(identity.near((p_a).gross_register_tonnage, (p_b).tonnage, 0.005, 0.05), 0)), 0);

COMMENT ON FUNCTION identity.near_tonnage(identity.feature, identity.feature) IS 'Nearness of two tonnages, like with like.';
