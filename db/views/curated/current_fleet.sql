-- curated.current_fleet: the vessels that are listed now, with codes in words.
--
-- Promises: one row a vessel: curated.vessels, with the names of its codes. What the reader may not see of curated.vessels is
-- not here.
CREATE OR REPLACE VIEW curated.current_fleet WITH (security_invoker = true) AS
SELECT
    v.id AS vessel_id,
    v.imo_number,
    v.vessel_name,
    v.mmsi,
    v.call_sign,
    v.flag_state,
    c.name AS flag_name,
    v.eu_cfr,
    v.registration,
    v.vessel_type,
    t.name AS vessel_type_name,
    v.gear_types,
    v.length_m,
    v.length_type,
    v.gross_tonnage,
    v.gross_register_tonnage,
    v.engine_power_kw,
    v.year_built,
    v.home_port,
    v.owner,
    v.listed_by,
    v.first_observed,
    v.last_observed,
    v.confidence_score,
    v.promoted_at
FROM curated.vessels AS v
LEFT JOIN ref.country AS c ON c.iso3 = v.flag_state
LEFT JOIN ref.vessel_type AS t ON t.code = v.vessel_type;

COMMENT ON VIEW curated.current_fleet IS 'Vessels that are listed now, with the best value of each attribute and codes in words.';
COMMENT ON COLUMN curated.current_fleet.vessel_id IS 'The vessel.';
COMMENT ON COLUMN curated.current_fleet.imo_number IS 'IMO ship identification number.';
COMMENT ON COLUMN curated.current_fleet.vessel_name IS 'Name.';
COMMENT ON COLUMN curated.current_fleet.mmsi IS 'Maritime mobile service identity.';
COMMENT ON COLUMN curated.current_fleet.call_sign IS 'International radio call sign.';
COMMENT ON COLUMN curated.current_fleet.flag_state IS 'Flag, ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.current_fleet.flag_name IS 'Its name in English.';
COMMENT ON COLUMN curated.current_fleet.eu_cfr IS 'Number in the fleet register of the European Union.';
COMMENT ON COLUMN curated.current_fleet.registration IS 'National registration number.';
COMMENT ON COLUMN curated.current_fleet.vessel_type IS 'Type, ISSCFV.';
COMMENT ON COLUMN curated.current_fleet.vessel_type_name IS 'Its name in English.';
COMMENT ON COLUMN curated.current_fleet.gear_types IS 'Gears, ISSCFG.';
COMMENT ON COLUMN curated.current_fleet.length_m IS 'Length in metres.';
COMMENT ON COLUMN curated.current_fleet.length_type IS 'Which length: LOA, RL, LBP.';
COMMENT ON COLUMN curated.current_fleet.gross_tonnage IS 'Gross tonnage (1969 Convention).';
COMMENT ON COLUMN curated.current_fleet.gross_register_tonnage IS 'Gross register tonnage (before the Convention).';
COMMENT ON COLUMN curated.current_fleet.engine_power_kw IS 'Power of the main engine in kilowatts.';
COMMENT ON COLUMN curated.current_fleet.year_built IS 'Year of construction.';
COMMENT ON COLUMN curated.current_fleet.home_port IS 'Port of registry or home port.';
COMMENT ON COLUMN curated.current_fleet.owner IS 'Owner.';
COMMENT ON COLUMN curated.current_fleet.listed_by IS 'Sources that list it now.';
COMMENT ON COLUMN curated.current_fleet.first_observed IS 'Earliest day of a list that lists it now.';
COMMENT ON COLUMN curated.current_fleet.last_observed IS 'Latest day of a list that lists it now.';
COMMENT ON COLUMN curated.current_fleet.confidence_score IS 'Mean confidence of the values shown.';
COMMENT ON COLUMN curated.current_fleet.promoted_at IS 'When the latest of its records in force was promoted.';
