-- identity.comparisons: what is compared of two entries, in the order of identity.pair.levels.
--
-- Promises: the same texts in the same order. Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.comparisons() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['imo', 'mmsi', 'ircs', 'eu_cfr', 'registration', 'rfmo_id', 'name', 'flag', 'hull', 'year', 'owner'];

COMMENT ON FUNCTION identity.comparisons() IS 'Comparisons of two entries, in the order of identity.pair.levels.';
