-- identity.hull_term: the hull of an entry as a term whose frequency is counted: length and tonnage, rounded.
--
-- Promises: NULL where one of them is missing. Pure.
CREATE OR REPLACE FUNCTION identity.hull_term(p_feature identity.feature) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round((p_feature).length_m::numeric, 1)::text || '/'
    || round(coalesce((p_feature).gross_tonnage, (p_feature).tonnage, (p_feature).gross_register_tonnage)::numeric)::text;

COMMENT ON FUNCTION identity.hull_term(identity.feature) IS 'Length and tonnage of an entry as one term: 53.1/599.';
