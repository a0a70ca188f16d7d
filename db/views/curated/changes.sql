-- curated.changes: what changed about vessels, as one list says it after another, or as a list tells of earlier times.
--
-- Promises: a row where two documents of a list that follow each other say otherwise about an entry (changed_on is the
-- later one's day: the change happened between the two days), and one for each earlier name, flag or number that a list
-- tells of (changed_on NULL: before told_on). Only standing runs count. Entries that are one vessel have its vessel_id.
CREATE OR REPLACE VIEW curated.changes AS
WITH told AS (
    SELECT s.source_id, s.list_name, s.document_id, s.observed_on, s.version_no, v.entry_id, v.vessel_id, a.attribute,
        array_agg(DISTINCT a.value ORDER BY a.value) AS said, min(v.record_version_id) AS record_version_id
    FROM promote.standing_run AS s
    JOIN promote.run_records AS x USING (run_id)
    JOIN curated.record_versions AS v USING (record_version_id)
    JOIN curated.statements AS a USING (record_version_id)
    WHERE a.attribute IN (
        'vessel_name', 'flag_state', 'imo_number', 'mmsi', 'call_sign', 'eu_cfr', 'registration', 'external_marking', 'owner',
        'previous_name', 'previous_flag', 'previous_registration')
    GROUP BY s.source_id, s.list_name, s.document_id, s.observed_on, s.version_no, v.entry_id, v.vessel_id, a.attribute
), followed AS (
    SELECT t.*, lag(t.said) OVER w AS said_before, lag(t.observed_on) OVER w AS observed_before,
        lag(t.record_version_id) OVER w AS version_before
    FROM told AS t
    WHERE t.attribute NOT LIKE 'previous\_%'
    WINDOW w AS (PARTITION BY t.source_id, t.list_name, t.entry_id, t.attribute ORDER BY t.observed_on, t.version_no)
), earlier AS (
    SELECT DISTINCT ON (t.entry_id, t.attribute, o.value) t.*, o.value
    FROM told AS t CROSS JOIN LATERAL unnest(t.said) AS o (value)
    WHERE t.attribute LIKE 'previous\_%'
    ORDER BY t.entry_id, t.attribute, o.value, t.observed_on, t.version_no
), change AS (
    SELECT f.vessel_id, f.entry_id, f.source_id, f.attribute, f.said_before, f.said, f.observed_before AS not_before,
        f.observed_on AS changed_on, f.observed_on AS told_on, f.version_before AS old_version_id,
        f.record_version_id AS new_version_id
    FROM followed AS f WHERE f.said_before IS DISTINCT FROM f.said AND f.said_before IS NOT NULL
    UNION ALL
    SELECT e.vessel_id, e.entry_id, e.source_id, n.attribute, ARRAY[e.value], n.said, NULL, NULL, e.observed_on, NULL,
        e.record_version_id
    FROM earlier AS e
    JOIN told AS n
        ON n.document_id = e.document_id AND n.entry_id = e.entry_id
        AND n.attribute = CASE e.attribute WHEN 'previous_name' THEN 'vessel_name' WHEN 'previous_flag' THEN 'flag_state' ELSE 'registration' END
    WHERE e.value <> ALL (n.said)
)
SELECT
    CASE c.attribute WHEN 'vessel_name' THEN 'NAME_CHANGE' WHEN 'flag_state' THEN 'FLAG_CHANGE' WHEN 'owner' THEN 'OWNER_CHANGE' ELSE 'ID_CHANGE' END
        AS change_type,
    c.vessel_id,
    c.entry_id,
    s.source_name,
    c.attribute,
    array_to_string(c.said_before, '; ') AS old_value,
    array_to_string(c.said, '; ') AS new_value,
    c.not_before,
    c.changed_on,
    c.told_on,
    c.old_version_id,
    c.new_version_id
FROM change AS c
JOIN stage.source AS s USING (source_id);

COMMENT ON VIEW curated.changes IS 'Changes of name, flag, identifiers and owner, from consecutive lists and from what lists tell of earlier times.';
COMMENT ON COLUMN curated.changes.change_type IS 'NAME_CHANGE, FLAG_CHANGE, ID_CHANGE or OWNER_CHANGE.';
COMMENT ON COLUMN curated.changes.vessel_id IS 'Vessel.';
COMMENT ON COLUMN curated.changes.entry_id IS 'The vessel as this source lists it.';
COMMENT ON COLUMN curated.changes.source_name IS 'Source that says so.';
COMMENT ON COLUMN curated.changes.attribute IS 'What changed, as in curated.statements.';
COMMENT ON COLUMN curated.changes.old_value IS 'Value before.';
COMMENT ON COLUMN curated.changes.new_value IS 'Value after.';
COMMENT ON COLUMN curated.changes.not_before IS 'Day of the list that still had the old value; NULL: not known.';
COMMENT ON COLUMN curated.changes.changed_on IS 'Day of the list that first had the new value; NULL: told of, at an unknown time before told_on.';
COMMENT ON COLUMN curated.changes.told_on IS 'Day of the list that says it.';
COMMENT ON COLUMN curated.changes.old_version_id IS 'Record with the old value.';
COMMENT ON COLUMN curated.changes.new_version_id IS 'Record with the new value.';
