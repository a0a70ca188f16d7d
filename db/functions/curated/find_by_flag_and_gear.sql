-- curated.find_by_flag_and_gear: vessels of a flag that fish with a gear.
--
-- Promises: the vessels whose best values say so; codes as in ref.country (alpha-3) and ref.gear. Reads by index, is
-- inlined. Takes no lock.
CREATE OR REPLACE FUNCTION curated.find_by_flag_and_gear(p_flag text, p_gear text)
RETURNS SETOF curated.vessels
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.* FROM curated.vessels AS s
    WHERE s.flag_state = upper(p_flag) AND s.gear_types @> ARRAY[upper(p_gear)];
END;

COMMENT ON FUNCTION curated.find_by_flag_and_gear(text, text) IS
    'Vessels of a flag with a gear: SELECT * FROM curated.find_by_flag_and_gear(''ESP'', ''LLS'').';
