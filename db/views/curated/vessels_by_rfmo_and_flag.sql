-- curated.vessels_by_rfmo_and_flag: how many vessels of each flag every regional body lists now.
--
-- Promises: one row a regional body and flag; vessels without a known flag are counted under NULL. A vessel that several bodies
-- list is counted by each.
CREATE OR REPLACE VIEW curated.vessels_by_rfmo_and_flag WITH (security_invoker = true) AS
SELECT
    o.source_name AS rfmo,
    v.flag_state,
    c.name AS flag_name,
    count(*) AS vessels,
    count(*) FILTER (WHERE a.vessel_id IS NOT NULL) AS authorised_today,
    count(*) FILTER (WHERE v.source_count > 1) AS listed_elsewhere,
    count(v.gross_tonnage) AS with_tonnage,
    sum(v.gross_tonnage) AS gross_tonnage,
    round(avg(v.length_m), 1) AS mean_length_m
FROM curated.vessels AS v
CROSS JOIN LATERAL unnest(v.listed_by) AS l (source_name)
JOIN curated.sources AS o ON o.source_name = l.source_name AND o.source_type = 'RFMO'
LEFT JOIN ref.country AS c ON c.iso3 = v.flag_state
LEFT JOIN (
    SELECT DISTINCT f.vessel_id, f.source_name FROM curated.authorisations_in_force AS f
) AS a ON a.vessel_id = v.id AND a.source_name = l.source_name
GROUP BY o.source_name, v.flag_state, c.name;

COMMENT ON VIEW curated.vessels_by_rfmo_and_flag IS 'Vessels by regional body and flag.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.rfmo IS 'Regional body, as its source is called.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.flag_state IS 'Flag, ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.flag_name IS 'Its name in English.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.vessels IS 'Vessels that it lists now.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.authorised_today IS 'Of these, vessels with an authorisation of its lists that holds today.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.listed_elsewhere IS 'Of these, vessels that other sources list too.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.with_tonnage IS 'Of these, vessels whose gross tonnage is known.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.gross_tonnage IS 'Sum of the known gross tonnages.';
COMMENT ON COLUMN curated.vessels_by_rfmo_and_flag.mean_length_m IS 'Mean of the known lengths, in metres.';
