-- curated.statements: everything that record versions say, one row a statement, under one name an attribute.
--
-- Promises: every assertion of every record version, in force or not; attributes that curated.vessels has are called as
-- there, what held earlier starts with previous_. Join with curated.record_versions on record_version_id.
CREATE OR REPLACE VIEW curated.statements WITH (security_invoker = true) AS
SELECT
    n.record_version_id,
    CASE n.role WHEN 'current' THEN 'vessel_name' ELSE 'previous_name' END AS attribute,
    n.name AS value,
    NULL::text AS detail,
    n.column_position,
    n.part_no,
    n.column_positions,
    n.valid_from,
    n.valid_to,
    n.confidence
FROM curated.names AS n
UNION ALL
SELECT i.record_version_id,
    CASE i.role WHEN 'current' THEN '' ELSE 'previous_' END
    || CASE i.scheme WHEN 'IMO' THEN 'imo_number' WHEN 'IRCS' THEN 'call_sign' WHEN 'NATIONAL_REG_NO' THEN 'registration' ELSE lower(i.scheme) END,
    i.identifier, NULL, i.column_position, i.part_no, i.column_positions, i.valid_from, i.valid_to, i.confidence
FROM curated.identifiers AS i
UNION ALL
SELECT f.record_version_id, CASE f.role WHEN 'current' THEN 'flag_state' ELSE 'previous_flag' END, f.flag, NULL,
    f.column_position, f.part_no, f.column_positions, f.valid_from, f.valid_to, f.confidence
FROM curated.flags AS f
UNION ALL
SELECT m.record_version_id,
    CASE m.metric WHEN 'length' THEN 'length_m' WHEN 'engine_power' THEN 'engine_power_kw' ELSE m.metric END,
    m.value::text, m.metric_type, m.column_position, m.part_no, m.column_positions, m.valid_from, m.valid_to, m.confidence
FROM curated.metrics AS m
UNION ALL
SELECT a.record_version_id, a.attribute, a.value, NULL, a.column_position, a.part_no, a.column_positions, a.valid_from,
    a.valid_to, a.confidence
FROM curated.attributes AS a
UNION ALL
SELECT p.record_version_id, p.role, p.name, p.country, p.column_position, p.part_no, p.column_positions, p.valid_from,
    p.valid_to, p.confidence
FROM curated.associates AS p
UNION ALL
SELECT b.record_version_id, x.attribute, x.value, NULL, b.column_position, b.part_no, b.column_positions, b.valid_from,
    b.valid_to, b.confidence
FROM curated.builds AS b
CROSS JOIN LATERAL (VALUES
    ('year_built', b.year_built::text), ('build_country', b.country), ('build_place', b.place), ('builder', b.builder)
) AS x (attribute, value)
WHERE x.value IS NOT NULL
UNION ALL
SELECT a.record_version_id, 'authorisation',
    concat_ws(' · ', a.authority, a.authorisation_type, a.licence_no, a.area, a.species, a.gear),
    concat_ws(' ', a.starts_on, 'to', coalesce(a.ends_on::text, CASE WHEN a.open_ended THEN 'open end' ELSE '?' END)),
    a.column_position, a.part_no, a.column_positions, a.valid_from, a.valid_to, a.confidence
FROM curated.authorisations AS a;

COMMENT ON VIEW curated.statements IS 'Every statement of every record version, one row each.';
COMMENT ON COLUMN curated.statements.record_version_id IS 'Record that says it (curated.record_versions).';
COMMENT ON COLUMN curated.statements.attribute IS 'vessel_name, previous_name, imo_number, flag_state, length_m, owner, authorisation …';
COMMENT ON COLUMN curated.statements.value IS 'What it says, as text.';
COMMENT ON COLUMN curated.statements.detail IS 'Which length; country of an associate; period of an authorisation.';
COMMENT ON COLUMN curated.statements.column_position IS 'Column of the cell that it came from.';
COMMENT ON COLUMN curated.statements.part_no IS 'Which of several values of that cell.';
COMMENT ON COLUMN curated.statements.column_positions IS 'Columns of all cells that it rests on.';
COMMENT ON COLUMN curated.statements.valid_from IS 'First day for which it is said.';
COMMENT ON COLUMN curated.statements.valid_to IS 'Last day, where the list says one.';
COMMENT ON COLUMN curated.statements.confidence IS 'Calibrated confidence: the least of its cells.';
