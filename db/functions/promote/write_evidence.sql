-- promote.write_evidence: what the records in force say of entries, for identity.
--
-- Promises: identity.evidence has a row for each given entry with a record in force,
-- none for others that once had one. Of what several
-- records say, the latest day counts, then the higher confidence, then document, row and column; lists hold all of it. Only
-- rows that differ are written. The caller holds promote.lock_curated. May run again.
CREATE OR REPLACE FUNCTION promote.write_evidence(p_entry_ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.evidence_said, pg_temp.evidence_now;
    CREATE TEMPORARY TABLE evidence_said ON COMMIT DROP AS
    SELECT v.entry_id, v.source_id, v.observed_on, a.attribute, a.value, a.detail,
        row_number() OVER (
            PARTITION BY v.entry_id, a.attribute
            ORDER BY v.observed_on DESC, a.detail = 'LOA' DESC NULLS LAST, a.confidence DESC, v.document_id, v.row_index,
                a.column_position, a.part_no
        ) AS n
    FROM curated.record_versions AS v
    -- a record without any statement of these is evidence of the entry all the same
    LEFT JOIN LATERAL (
        SELECT x.* FROM curated.statements AS x WHERE x.record_version_id = v.record_version_id OFFSET 0
    ) AS a ON a.attribute IN (
        'imo_number', 'mmsi', 'call_sign', 'eu_cfr', 'registration', 'external_marking', 'rfmo_id', 'win', 'ffa_id',
        'other_ext_id', 'vessel_name', 'previous_name', 'flag_state', 'previous_flag', 'length_m', 'gross_tonnage',
        'gross_register_tonnage', 'tonnage', 'year_built', 'vessel_type', 'owner', 'company')
    WHERE v.recorded_to IS NULL AND v.entry_id IN (SELECT u.id FROM unnest(p_entry_ids) AS u (id));
    CREATE TEMPORARY TABLE evidence_now ON COMMIT DROP AS
    SELECT s.entry_id, min(s.source_id) AS source_id,
        min(s.value) FILTER (WHERE s.attribute = 'imo_number' AND s.n = 1) AS imo,
        min(s.value) FILTER (WHERE s.attribute = 'mmsi' AND s.n = 1) AS mmsi,
        min(s.value) FILTER (WHERE s.attribute = 'call_sign' AND s.n = 1) AS ircs,
        min(s.value) FILTER (WHERE s.attribute = 'eu_cfr' AND s.n = 1) AS eu_cfr,
        coalesce(array_agg(DISTINCT s.value) FILTER (WHERE s.attribute IN ('registration', 'external_marking')), '{}')
            AS registrations,
        coalesce(array_agg(DISTINCT s.value) FILTER (WHERE s.attribute IN ('rfmo_id', 'win', 'ffa_id', 'other_ext_id')), '{}')
            AS rfmo_ids,
        min(s.value) FILTER (WHERE s.attribute = 'vessel_name' AND s.n = 1) AS name,
        coalesce(array_agg(DISTINCT s.value) FILTER (WHERE s.attribute = 'previous_name'), '{}') AS previous_names,
        min(s.value) FILTER (WHERE s.attribute = 'flag_state' AND s.n = 1) AS flag,
        coalesce(array_agg(DISTINCT s.value) FILTER (WHERE s.attribute = 'previous_flag'), '{}') AS previous_flags,
        min(s.value) FILTER (WHERE s.attribute = 'length_m' AND s.n = 1)::numeric AS length_m,
        min(s.detail) FILTER (WHERE s.attribute = 'length_m' AND s.n = 1) AS length_type,
        min(s.value) FILTER (WHERE s.attribute = 'gross_tonnage' AND s.n = 1)::numeric AS gross_tonnage,
        min(s.value) FILTER (WHERE s.attribute = 'gross_register_tonnage' AND s.n = 1)::numeric AS gross_register_tonnage,
        min(s.value) FILTER (WHERE s.attribute = 'tonnage' AND s.n = 1)::numeric AS tonnage,
        min(s.value) FILTER (WHERE s.attribute = 'year_built' AND s.n = 1)::integer AS year_built,
        min(s.value) FILTER (WHERE s.attribute = 'vessel_type' AND s.n = 1) AS vessel_type,
        coalesce(array_agg(DISTINCT s.value) FILTER (WHERE s.attribute IN ('owner', 'company')), '{}') AS owners,
        max(s.observed_on) AS observed_on
    FROM pg_temp.evidence_said AS s
    GROUP BY s.entry_id;
    ANALYZE pg_temp.evidence_now;

    DELETE FROM identity.evidence AS e
    -- an entry that was never promoted is not promotion's
    WHERE EXISTS (SELECT FROM curated.record_versions AS v WHERE v.entry_id = e.entry_id)
        AND e.entry_id IN (SELECT u.id FROM unnest(p_entry_ids) AS u (id))
        AND NOT EXISTS (SELECT FROM pg_temp.evidence_now AS n WHERE n.entry_id = e.entry_id AND ROW(n.*) IS NOT DISTINCT
            FROM ROW(e.*));
    INSERT INTO identity.evidence (
        entry_id, source_id, imo, mmsi, ircs, eu_cfr, registrations, rfmo_ids, name, previous_names, flag, previous_flags,
        length_m,
        length_type, gross_tonnage, gross_register_tonnage, tonnage, year_built, vessel_type, owners, observed_on)
    SELECT n.* FROM pg_temp.evidence_now AS n
    WHERE NOT EXISTS (SELECT FROM identity.evidence AS e WHERE e.entry_id = n.entry_id)
    ORDER BY n.entry_id;
END
$$;

COMMENT ON FUNCTION promote.write_evidence(bigint[]) IS 'Evidence of entries, as their records in force have it.';
