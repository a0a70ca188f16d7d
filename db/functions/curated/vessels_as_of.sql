-- curated.vessels_as_of: the vessels on a day, as they were known at a time.
--
-- Promises: a row a vessel that a record of curated.as_of lists, with the best value of each attribute by the rule of
-- curated.best_value. p_valid_on: lists that speak of later days do not count, and statements hold within their valid_from
-- and valid_to; NULL: the latest lists. p_recorded_at: what was promoted later does not count, what was rolled back later
-- does; NULL: now. With neither it is curated.vessels. Which records are one vessel is as identity knows today. Reads only.
CREATE OR REPLACE FUNCTION curated.vessels_as_of(p_valid_on date DEFAULT NULL, p_recorded_at timestamptz DEFAULT NULL)
RETURNS TABLE (
    vessel_id bigint, imo_number text, vessel_name text, mmsi text, call_sign text, flag_state text, eu_cfr text,
    registration text, vessel_type text, gear_types text[], length_m numeric, length_type text, gross_tonnage numeric,
    gross_register_tonnage numeric, engine_power_kw numeric, year_built integer, home_port text, owner text,
    confidence_score real
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT b.vessel_id,
        max(b.value) FILTER (WHERE b.attribute = 'imo_number'),
        max(b.value) FILTER (WHERE b.attribute = 'vessel_name'),
        max(b.value) FILTER (WHERE b.attribute = 'mmsi'),
        max(b.value) FILTER (WHERE b.attribute = 'call_sign'),
        max(b.value) FILTER (WHERE b.attribute = 'flag_state'),
        max(b.value) FILTER (WHERE b.attribute = 'eu_cfr'),
        max(b.value) FILTER (WHERE b.attribute = 'registration'),
        max(b.value) FILTER (WHERE b.attribute = 'vessel_type'),
        (SELECT array_agg(DISTINCT g.gear ORDER BY g.gear)
         FROM unnest(string_to_array(max(b.value) FILTER (WHERE b.attribute = 'gear_types'), '; ')) AS g (gear)),
        max(b.value) FILTER (WHERE b.attribute = 'length_m')::numeric,
        max(b.detail) FILTER (WHERE b.attribute = 'length_m'),
        max(b.value) FILTER (WHERE b.attribute = 'gross_tonnage')::numeric,
        max(b.value) FILTER (WHERE b.attribute = 'gross_register_tonnage')::numeric,
        max(b.value) FILTER (WHERE b.attribute = 'engine_power_kw')::numeric,
        max(b.value) FILTER (WHERE b.attribute = 'year_built')::integer,
        max(b.value) FILTER (WHERE b.attribute = 'home_port'),
        coalesce(max(b.value) FILTER (WHERE b.attribute = 'owner'), max(b.value) FILTER (WHERE b.attribute = 'company')),
        round(avg(b.confidence::numeric), 6)::real
    FROM curated.best_value(NULL, p_valid_on, p_recorded_at) AS b
    GROUP BY b.vessel_id
    ORDER BY b.vessel_id
$$;

COMMENT ON FUNCTION curated.vessels_as_of(date, timestamptz) IS
    'Vessels on a day as known at a time: SELECT * FROM curated.vessels_as_of(''2024-06-30'', ''2025-01-01'').';
