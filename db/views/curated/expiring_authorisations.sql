-- curated.expiring_authorisations: the authorisations that hold today and end within 90 days.
--
-- Promises: soonest first is ORDER BY days_left. An authorisation whose list names no last day is not here. A vessel that has
-- another authorisation of the same authority for the same, which ends later, is not about to lose it: renewed says so.
CREATE OR REPLACE VIEW curated.expiring_authorisations WITH (security_invoker = true) AS
SELECT
    a.vessel_id,
    a.vessel_name,
    a.imo_number,
    a.flag_state,
    a.authority,
    a.authorisation_type,
    a.licence_no,
    a.area,
    a.species,
    a.gear,
    a.starts_on,
    a.ends_on,
    a.ends_on - CURRENT_DATE AS days_left,
    coalesce(l.open_ended OR l.ends_on > a.ends_on, false) AS renewed,
    a.source_name,
    a.record_version_id
FROM curated.authorisations_in_force AS a
LEFT JOIN (
    SELECT b.vessel_id, b.authority, b.species, b.area, b.gear, max(b.ends_on) AS ends_on, bool_or(b.open_ended) AS open_ended
    FROM curated.current_authorisations AS b
    WHERE b.authorised IS NOT FALSE
    GROUP BY b.vessel_id, b.authority, b.species, b.area, b.gear
) AS l
    ON l.vessel_id = a.vessel_id AND l.authority = a.authority AND l.species IS NOT DISTINCT FROM a.species
    AND l.area IS NOT DISTINCT FROM a.area AND l.gear IS NOT DISTINCT FROM a.gear
WHERE a.ends_on <= CURRENT_DATE + 90;

COMMENT ON VIEW curated.expiring_authorisations IS 'Authorisations that hold today and end within 90 days.';
COMMENT ON COLUMN curated.expiring_authorisations.vessel_id IS 'The vessel.';
COMMENT ON COLUMN curated.expiring_authorisations.vessel_name IS 'Its name.';
COMMENT ON COLUMN curated.expiring_authorisations.imo_number IS 'Its IMO number.';
COMMENT ON COLUMN curated.expiring_authorisations.flag_state IS 'Its flag, ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.expiring_authorisations.authority IS 'Regional body or State whose list says it.';
COMMENT ON COLUMN curated.expiring_authorisations.authorisation_type IS 'Form of the authorisation as the list writes it.';
COMMENT ON COLUMN curated.expiring_authorisations.licence_no IS 'Number of the licence.';
COMMENT ON COLUMN curated.expiring_authorisations.area IS 'Areas, joined by ; .';
COMMENT ON COLUMN curated.expiring_authorisations.species IS 'Species, joined by ; .';
COMMENT ON COLUMN curated.expiring_authorisations.gear IS 'Gears, joined by ; .';
COMMENT ON COLUMN curated.expiring_authorisations.starts_on IS 'First day; NULL: the list does not say.';
COMMENT ON COLUMN curated.expiring_authorisations.ends_on IS 'Last day.';
COMMENT ON COLUMN curated.expiring_authorisations.days_left IS 'Days until then; 0: today is the last.';
COMMENT ON COLUMN curated.expiring_authorisations.renewed IS 'True: the vessel has the same from the same authority for longer.';
COMMENT ON COLUMN curated.expiring_authorisations.source_name IS 'Source of the list.';
COMMENT ON COLUMN curated.expiring_authorisations.record_version_id IS 'Record that says it.';
