-- curated.authorisations_in_force: the authorisations that hold today.
--
-- Promises: the rows of curated.current_authorisations for which curated.holds_on says so of the current day; of another day:
-- curated.authorisations_on.
CREATE OR REPLACE VIEW curated.authorisations_in_force WITH (security_invoker = true) AS
SELECT
    a.vessel_id,
    a.vessel_name,
    a.imo_number,
    a.flag_state,
    a.authority,
    a.granted_by,
    a.authorised,
    a.authorisation_type,
    a.licence_no,
    a.area,
    a.species,
    a.gear,
    a.starts_on,
    a.ends_on,
    a.open_ended,
    a.source_name,
    a.observed_on,
    a.confidence,
    a.record_version_id
FROM curated.current_authorisations AS a
WHERE curated.holds_on(a.authorised, a.starts_on, a.ends_on, CURRENT_DATE);

COMMENT ON VIEW curated.authorisations_in_force IS 'Authorisations that hold today.';
COMMENT ON COLUMN curated.authorisations_in_force.vessel_id IS 'The vessel.';
COMMENT ON COLUMN curated.authorisations_in_force.vessel_name IS 'Its name.';
COMMENT ON COLUMN curated.authorisations_in_force.imo_number IS 'Its IMO number.';
COMMENT ON COLUMN curated.authorisations_in_force.flag_state IS 'Its flag, ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.authorisations_in_force.authority IS 'Regional body or State whose list says it.';
COMMENT ON COLUMN curated.authorisations_in_force.granted_by IS 'State or entity that granted or submitted it, where the list says so.';
COMMENT ON COLUMN curated.authorisations_in_force.authorised IS 'What the list says outright; NULL: it lists the vessel and says no more.';
COMMENT ON COLUMN curated.authorisations_in_force.authorisation_type IS 'Form of the authorisation as the list writes it.';
COMMENT ON COLUMN curated.authorisations_in_force.licence_no IS 'Number of the licence.';
COMMENT ON COLUMN curated.authorisations_in_force.area IS 'Areas, joined by ; .';
COMMENT ON COLUMN curated.authorisations_in_force.species IS 'Species, joined by ; .';
COMMENT ON COLUMN curated.authorisations_in_force.gear IS 'Gears, joined by ; .';
COMMENT ON COLUMN curated.authorisations_in_force.starts_on IS 'First day; NULL: the list does not say.';
COMMENT ON COLUMN curated.authorisations_in_force.ends_on IS 'Last day; NULL: open_ended says which.';
COMMENT ON COLUMN curated.authorisations_in_force.open_ended IS 'True: the list says that there is no last day. False without ends_on: it does not say.';
COMMENT ON COLUMN curated.authorisations_in_force.source_name IS 'Source of the list.';
COMMENT ON COLUMN curated.authorisations_in_force.observed_on IS 'Day that the list speaks of.';
COMMENT ON COLUMN curated.authorisations_in_force.confidence IS 'Calibrated confidence: the least of its cells.';
COMMENT ON COLUMN curated.authorisations_in_force.record_version_id IS 'Record that says it.';
