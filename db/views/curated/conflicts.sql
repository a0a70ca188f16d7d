-- curated.conflicts: attributes on which sources that list a vessel now do not agree.
--
-- Promises: a row a vessel and attribute of which records in force of two sources or more say different things; measures
-- count as different from 5 % on, lengths only where both say which length. Nothing is overwritten: shown is what
-- curated.best_value chose.
CREATE OR REPLACE VIEW curated.conflicts AS
SELECT
    c.vessel_id,
    c.attribute,
    c.detail,
    c.said,
    c.source_count,
    CASE c.attribute
        WHEN 'imo_number' THEN v.imo_number WHEN 'mmsi' THEN v.mmsi WHEN 'call_sign' THEN v.call_sign WHEN 'eu_cfr' THEN v.eu_cfr
        WHEN 'vessel_name' THEN v.vessel_name WHEN 'flag_state' THEN v.flag_state WHEN 'vessel_type' THEN v.vessel_type
        WHEN 'length_m' THEN CASE WHEN v.length_type IS NOT DISTINCT FROM c.detail THEN v.length_m::text END
        WHEN 'gross_tonnage' THEN v.gross_tonnage::text WHEN 'gross_register_tonnage' THEN v.gross_register_tonnage::text
        WHEN 'engine_power_kw' THEN v.engine_power_kw::text WHEN 'year_built' THEN v.year_built::text
    END AS shown
FROM (
    SELECT r.vessel_id, a.attribute, CASE WHEN a.attribute = 'length_m' THEN a.detail END AS detail,
        array_agg(DISTINCT s.source_name || ': ' || a.value ORDER BY s.source_name || ': ' || a.value) AS said,
        count(DISTINCT r.source_id) AS source_count
    FROM curated.record_versions AS r
    JOIN stage.source AS s USING (source_id)
    JOIN curated.statements AS a USING (record_version_id)
    WHERE r.recorded_to IS NULL AND a.attribute IN (
        'imo_number', 'mmsi', 'call_sign', 'eu_cfr', 'vessel_name', 'flag_state', 'vessel_type', 'length_m', 'gross_tonnage',
        'gross_register_tonnage', 'engine_power_kw', 'year_built')
        AND (a.attribute <> 'length_m' OR a.detail IS NOT NULL)
    GROUP BY r.vessel_id, a.attribute, CASE WHEN a.attribute = 'length_m' THEN a.detail END
    HAVING count(DISTINCT r.source_id) > 1 AND CASE
        WHEN a.attribute IN ('length_m', 'gross_tonnage', 'gross_register_tonnage', 'engine_power_kw')
            THEN max(CASE WHEN a.value ~ '^[0-9.]+$' THEN a.value::numeric END)
                >= 1.05 * min(CASE WHEN a.value ~ '^[0-9.]+$' THEN a.value::numeric END)
        ELSE count(DISTINCT a.value) > 1 END
) AS c
JOIN curated.vessels AS v ON v.id = c.vessel_id;

COMMENT ON VIEW curated.conflicts IS 'Where sources disagree about a vessel now, and what curated.vessels shows.';
COMMENT ON COLUMN curated.conflicts.vessel_id IS 'Vessel.';
COMMENT ON COLUMN curated.conflicts.attribute IS 'Attribute, as in curated.vessels.';
COMMENT ON COLUMN curated.conflicts.detail IS 'Which length.';
COMMENT ON COLUMN curated.conflicts.said IS 'What each source says.';
COMMENT ON COLUMN curated.conflicts.source_count IS 'Sources that speak of it.';
COMMENT ON COLUMN curated.conflicts.shown IS 'What curated.vessels shows.';
