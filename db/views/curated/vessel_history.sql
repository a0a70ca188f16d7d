-- curated.vessel_history: everything that was ever said of a vessel, with who said it, when, and when it was recorded.
--
-- Promises: one row a statement of a record version, in force or not; filter by vessel_id. Records of vessels that are no
-- longer listed are here as well. By today's identity: what was said of a merged vessel is said of the one it is now.
CREATE OR REPLACE VIEW curated.vessel_history WITH (security_invoker = true) AS
SELECT
    v.vessel_id,
    t.attribute,
    t.value,
    t.detail,
    t.valid_from,
    t.valid_to,
    v.observed_on,
    v.recorded_from,
    v.recorded_to,
    v.recorded_to IS NULL AS in_force,
    o.source_name,
    t.confidence,
    v.document_id,
    v.row_index,
    t.column_position,
    v.entry_id,
    v.record_version_id,
    v.run_id
FROM curated.record_versions AS v
JOIN curated.statements AS t USING (record_version_id)
JOIN curated.sources AS o USING (source_id)
WHERE v.vessel_id IS NOT NULL;

COMMENT ON VIEW curated.vessel_history IS 'Everything that was ever said of a vessel, by whom and when.';
COMMENT ON COLUMN curated.vessel_history.vessel_id IS 'The vessel, by todays identity.';
COMMENT ON COLUMN curated.vessel_history.attribute IS 'What is said: vessel_name, previous_name, flag_state, length_m, authorisation …';
COMMENT ON COLUMN curated.vessel_history.value IS 'Its value, as text.';
COMMENT ON COLUMN curated.vessel_history.detail IS 'Which length; country of an associate; period of an authorisation.';
COMMENT ON COLUMN curated.vessel_history.valid_from IS 'First day for which it is said.';
COMMENT ON COLUMN curated.vessel_history.valid_to IS 'Last day, where the list says one.';
COMMENT ON COLUMN curated.vessel_history.observed_on IS 'Day that the list speaks of.';
COMMENT ON COLUMN curated.vessel_history.recorded_from IS 'When it was recorded.';
COMMENT ON COLUMN curated.vessel_history.recorded_to IS 'When it ceased to be in force; NULL: it is in force.';
COMMENT ON COLUMN curated.vessel_history.in_force IS 'Whether it is in force now.';
COMMENT ON COLUMN curated.vessel_history.source_name IS 'Who says it.';
COMMENT ON COLUMN curated.vessel_history.confidence IS 'Calibrated confidence: the least of its cells.';
COMMENT ON COLUMN curated.vessel_history.document_id IS 'Document it stands in.';
COMMENT ON COLUMN curated.vessel_history.row_index IS 'Row of the document.';
COMMENT ON COLUMN curated.vessel_history.column_position IS 'Column of the row.';
COMMENT ON COLUMN curated.vessel_history.entry_id IS 'The vessel as this source lists it.';
COMMENT ON COLUMN curated.vessel_history.record_version_id IS 'Record that says it.';
COMMENT ON COLUMN curated.vessel_history.run_id IS 'Run that promoted it.';
