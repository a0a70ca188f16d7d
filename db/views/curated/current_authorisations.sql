-- curated.current_authorisations: what the lists in force say about authorisations, past and future ones too.
--
-- Promises: one row an authorisation of a record in force. Which of them hold on a day: curated.authorisations_on.
CREATE OR REPLACE VIEW curated.current_authorisations WITH (security_invoker = true) AS
SELECT
    v.vessel_id,
    s.vessel_name,
    s.imo_number,
    s.flag_state,
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
    o.source_name,
    v.observed_on,
    a.confidence,
    v.record_version_id
FROM curated.authorisations AS a
JOIN curated.record_versions AS v USING (record_version_id)
JOIN curated.vessels AS s ON s.id = v.vessel_id
JOIN curated.sources AS o USING (source_id)
WHERE v.recorded_to IS NULL;

COMMENT ON VIEW curated.current_authorisations IS 'Authorisations as the lists in force say them, past and future ones too.';
COMMENT ON COLUMN curated.current_authorisations.vessel_id IS 'The vessel.';
COMMENT ON COLUMN curated.current_authorisations.vessel_name IS 'Its name.';
COMMENT ON COLUMN curated.current_authorisations.imo_number IS 'Its IMO number.';
COMMENT ON COLUMN curated.current_authorisations.flag_state IS 'Its flag, ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.current_authorisations.authority IS 'Regional body or State whose list says it.';
COMMENT ON COLUMN curated.current_authorisations.granted_by IS 'State or entity that granted or submitted it, where the list says so.';
COMMENT ON COLUMN curated.current_authorisations.authorised IS 'What the list says outright; NULL: it lists the vessel and says no more.';
COMMENT ON COLUMN curated.current_authorisations.authorisation_type IS 'Form of the authorisation as the list writes it.';
COMMENT ON COLUMN curated.current_authorisations.licence_no IS 'Number of the licence.';
COMMENT ON COLUMN curated.current_authorisations.area IS 'Areas, joined by ; .';
COMMENT ON COLUMN curated.current_authorisations.species IS 'Species, joined by ; .';
COMMENT ON COLUMN curated.current_authorisations.gear IS 'Gears, joined by ; .';
COMMENT ON COLUMN curated.current_authorisations.starts_on IS 'First day; NULL: the list does not say.';
COMMENT ON COLUMN curated.current_authorisations.ends_on IS 'Last day; NULL: open_ended says which.';
COMMENT ON COLUMN curated.current_authorisations.open_ended IS 'True: the list says that there is no last day. False without ends_on: it does not say.';
COMMENT ON COLUMN curated.current_authorisations.source_name IS 'Source of the list.';
COMMENT ON COLUMN curated.current_authorisations.observed_on IS 'Day that the list speaks of.';
COMMENT ON COLUMN curated.current_authorisations.confidence IS 'Calibrated confidence: the least of its cells.';
COMMENT ON COLUMN curated.current_authorisations.record_version_id IS 'Record that says it.';
