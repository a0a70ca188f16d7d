-- promote.refresh_vessels: rows of curated.vessels as the records in force make them.
--
-- Promises: of the given vessels, those with a record in force have the row that curated.best_value gives; those without
-- have none. Only rows that differ are written. Returns how many were added, changed and removed. The caller holds
-- promote.lock_curated. May run again: it then changes nothing.
CREATE OR REPLACE FUNCTION promote.refresh_vessels(
    p_vessel_ids bigint[], OUT added bigint, OUT changed bigint, OUT removed bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS
        pg_temp.refresh_best, pg_temp.refresh_count, pg_temp.refresh_row, pg_temp.refresh_gear, pg_temp.refresh_vessel;
    CREATE TEMPORARY TABLE refresh_best ON COMMIT DROP AS SELECT * FROM curated.best_value(p_vessel_ids);
    ANALYZE pg_temp.refresh_best;
    -- in steps, each with statistics: joined in one query, what is believed to be one vessel may be thousands by thousands
    CREATE TEMPORARY TABLE refresh_count ON COMMIT DROP AS
    SELECT v.vessel_id, count(DISTINCT v.source_id)::integer AS source_count, count(*)::integer AS record_count,
        min(v.observed_on) AS first_observed, max(v.observed_on) AS last_observed, min(v.document_id) AS document_id,
        round(avg(v.confidence::numeric), 6)::real AS confidence, max(v.recorded_from) AS promoted_at,
        array_agg(DISTINCT o.source_name ORDER BY o.source_name) AS listed_by
    FROM curated.record_versions AS v
    JOIN stage.source AS o USING (source_id)
    WHERE v.recorded_to IS NULL AND v.vessel_id IN (SELECT u.id FROM unnest(p_vessel_ids) AS u (id))
    GROUP BY v.vessel_id;
    CREATE TEMPORARY TABLE refresh_row ON COMMIT DROP AS
    SELECT x.vessel_id,
        max(x.value) FILTER (WHERE x.attribute = 'imo_number') AS imo_number,
        max(x.value) FILTER (WHERE x.attribute = 'vessel_name') AS vessel_name,
        max(x.record_version_id) FILTER (WHERE x.attribute = 'vessel_name') AS name_version_id,
        max(x.value) FILTER (WHERE x.attribute = 'mmsi') AS mmsi,
        max(x.value) FILTER (WHERE x.attribute = 'call_sign') AS call_sign,
        max(x.value) FILTER (WHERE x.attribute = 'flag_state') AS flag_state,
        max(x.value) FILTER (WHERE x.attribute = 'eu_cfr') AS eu_cfr,
        max(x.value) FILTER (WHERE x.attribute = 'registration') AS registration,
        max(x.value) FILTER (WHERE x.attribute = 'vessel_type') AS vessel_type,
        max(x.record_version_id) FILTER (WHERE x.attribute = 'gear_types') AS gear_version_id,
        max(x.value) FILTER (WHERE x.attribute = 'length_m')::numeric AS length_m,
        max(x.detail) FILTER (WHERE x.attribute = 'length_m') AS length_type,
        max(x.value) FILTER (WHERE x.attribute = 'gross_tonnage')::numeric AS gross_tonnage,
        max(x.value) FILTER (WHERE x.attribute = 'gross_register_tonnage')::numeric AS gross_register_tonnage,
        max(x.value) FILTER (WHERE x.attribute = 'engine_power_kw')::numeric AS engine_power_kw,
        max(x.value) FILTER (WHERE x.attribute = 'year_built')::integer AS year_built,
        max(x.value) FILTER (WHERE x.attribute = 'home_port') AS home_port,
        coalesce(max(x.value) FILTER (WHERE x.attribute = 'owner'), max(x.value) FILTER (WHERE x.attribute = 'company')) AS owner,
        -- in numeric: the same values in any order come to the same number
        round(avg(x.confidence::numeric), 6)::real AS confidence
    FROM pg_temp.refresh_best AS x GROUP BY x.vessel_id;
    CREATE TEMPORARY TABLE refresh_gear ON COMMIT DROP AS
    SELECT x.record_version_id, array_agg(DISTINCT p.gear ORDER BY p.gear) AS gear_types
    FROM pg_temp.refresh_best AS x
    JOIN curated.attributes AS a ON a.record_version_id = x.record_version_id AND a.attribute = 'gear_types'
    CROSS JOIN LATERAL unnest(string_to_array(a.value, '; ')) AS p (gear)
    WHERE x.attribute = 'gear_types' GROUP BY x.record_version_id;
    ANALYZE pg_temp.refresh_count, pg_temp.refresh_row, pg_temp.refresh_gear;
    CREATE TEMPORARY TABLE refresh_vessel ON COMMIT DROP AS
    SELECT c.vessel_id AS id, b.imo_number, b.vessel_name, b.mmsi, b.call_sign, b.flag_state, b.eu_cfr, b.registration,
        b.vessel_type, g.gear_types, b.length_m, b.length_type, b.gross_tonnage, b.gross_register_tonnage, b.engine_power_kw,
        b.year_built, b.home_port, b.owner, c.source_count, c.record_count, c.first_observed, c.last_observed, c.listed_by,
        coalesce(n.document_id, c.document_id) AS source_document_id, coalesce(b.confidence, c.confidence) AS confidence_score,
        c.promoted_at
    FROM pg_temp.refresh_count AS c
    LEFT JOIN pg_temp.refresh_row AS b USING (vessel_id)
    LEFT JOIN curated.record_versions AS n ON n.record_version_id = b.name_version_id
    LEFT JOIN pg_temp.refresh_gear AS g ON g.record_version_id = b.gear_version_id;
    ANALYZE pg_temp.refresh_vessel;

    DELETE FROM curated.vessels AS o
    WHERE o.id IN (SELECT u.id FROM unnest(p_vessel_ids) AS u (id))
        AND NOT EXISTS (SELECT FROM pg_temp.refresh_vessel AS r WHERE r.id = o.id);
    GET DIAGNOSTICS removed = ROW_COUNT;
    UPDATE curated.vessels AS o
    SET imo_number = r.imo_number, vessel_name = r.vessel_name, mmsi = r.mmsi, call_sign = r.call_sign, flag_state = r.flag_state,
        eu_cfr = r.eu_cfr, registration = r.registration, vessel_type = r.vessel_type, gear_types = r.gear_types,
        length_m = r.length_m, length_type = r.length_type, gross_tonnage = r.gross_tonnage,
        gross_register_tonnage = r.gross_register_tonnage, engine_power_kw = r.engine_power_kw, year_built = r.year_built,
        home_port = r.home_port, owner = r.owner, source_count = r.source_count, record_count = r.record_count,
        first_observed = r.first_observed, last_observed = r.last_observed, listed_by = r.listed_by,
        source_document_id = r.source_document_id,
        confidence_score = r.confidence_score, promoted_at = r.promoted_at
    FROM pg_temp.refresh_vessel AS r
    WHERE o.id = r.id AND (
        o.imo_number, o.vessel_name, o.mmsi, o.call_sign, o.flag_state, o.eu_cfr, o.registration, o.vessel_type, o.gear_types,
        o.length_m, o.length_type, o.gross_tonnage, o.gross_register_tonnage, o.engine_power_kw, o.year_built, o.home_port,
        o.owner, o.source_count, o.record_count, o.first_observed, o.last_observed, o.listed_by,
        o.source_document_id, o.confidence_score,
        o.promoted_at
    ) IS DISTINCT FROM (
        r.imo_number, r.vessel_name, r.mmsi, r.call_sign, r.flag_state, r.eu_cfr, r.registration, r.vessel_type, r.gear_types,
        r.length_m, r.length_type, r.gross_tonnage, r.gross_register_tonnage, r.engine_power_kw, r.year_built, r.home_port,
        r.owner, r.source_count, r.record_count, r.first_observed, r.last_observed, r.listed_by,
        r.source_document_id, r.confidence_score,
        r.promoted_at);
    GET DIAGNOSTICS changed = ROW_COUNT;
    INSERT INTO curated.vessels (
        id, imo_number, vessel_name, mmsi, call_sign, flag_state, eu_cfr, registration, vessel_type, gear_types, length_m,
        length_type, gross_tonnage, gross_register_tonnage, engine_power_kw, year_built, home_port, owner, source_count,
        record_count, first_observed, last_observed, listed_by, source_document_id, confidence_score, promoted_at)
    SELECT r.* FROM pg_temp.refresh_vessel AS r
    WHERE NOT EXISTS (SELECT FROM curated.vessels AS o WHERE o.id = r.id)
    ORDER BY r.id;
    GET DIAGNOSTICS added = ROW_COUNT;
END
$$;

COMMENT ON FUNCTION promote.refresh_vessels(bigint[]) IS 'Brings rows of curated.vessels to what the records in force say.';
