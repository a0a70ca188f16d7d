-- promote.promote_document: promotes one document, wholly or not at all.
--
-- Promises: a row of stage.promotion_log, which is returned: promoted, unchanged (it says what its standing run said: nothing
-- is written but the log and the reasons of held rows) or held (the document failed a gate: what was in force stays). Rows
-- that fail a gate are left out, with their reasons in promote.held_records. OC404 where there is no such document.
-- Locks the document's row, its source, then promote.lock_curated. May run again.
CREATE OR REPLACE FUNCTION promote.promote_document(p_document_id bigint) RETURNS stage.promotion_log
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET enable_mergejoin = off
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
DECLARE
    v_document stage.documents;
    v_log stage.promotion_log;
    v_standing bigint;
    v_settled record;
    v_refreshed record;
    v_entries bigint[];
    v_newest boolean;
BEGIN
    v_log.started_at := clock_timestamp();
    PERFORM FROM stage.documents AS t WHERE t.document_id = p_document_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name, status FROM stage.documents lists them.';
    END IF;
    PERFORM clean.lock_source((SELECT t.source_id FROM stage.documents AS t WHERE t.document_id = p_document_id));
    SELECT * INTO v_document FROM stage.documents AS t WHERE t.document_id = p_document_id;
    v_log.document_id := p_document_id;
    v_log.source_id := v_document.source_id;
    v_log.status := 'held';
    v_log.metrics := '{}';

    DROP TABLE IF EXISTS pg_temp.promote_basis, pg_temp.promote_plan;
    CREATE TEMPORARY TABLE promote_basis ON COMMIT DROP AS
    SELECT coalesce(v_document.listed_on, (v_document.received_at AT TIME ZONE 'UTC')::date) AS observed_on,
        (SELECT max(c.version) FROM stage.calibration AS c) AS calibration_version,
        (SELECT left(encode(sha256(convert_to(coalesce(string_agg(k::text, E'\n' ORDER BY k.rule_id), ''), 'UTF8')), 'hex'), 16)
         FROM stage.cleaning_rules AS k WHERE k.enabled) AS rules_version;
    SELECT b.calibration_version, b.rules_version INTO v_log.calibration_version, v_log.rules_version
    FROM pg_temp.promote_basis AS b;

    IF v_document.status <> 'gated' THEN
        v_log.reasons := ARRAY[format('it is %s, not gated%s', v_document.status, coalesce(': ' || v_document.rejection, ''))];
        RETURN promote.log_run(v_log);
    END IF;
    PERFORM promote.gather(p_document_id);
    PERFORM identity.enter(p_document_id);
    SELECT j.metrics, j.reasons INTO v_log.metrics, v_log.reasons FROM promote.judge(p_document_id) AS j;
    v_log.records_held := (v_log.metrics ->> 'held')::integer;
    IF v_log.reasons <> '{}' THEN
        v_log.records_held := (v_log.metrics ->> 'records')::integer;
        RETURN promote.log_run(v_log);
    END IF;

    v_standing := (SELECT s.run_id FROM promote.standing_run AS s WHERE s.document_id = p_document_id);
    CREATE TEMPORARY TABLE promote_plan ON COMMIT DROP AS
    SELECT r.row_index, r.entry_id, r.held, r.confidence, r.record_sha256, v.record_version_id AS same_version_id,
        x.entry_id IS NOT DISTINCT FROM r.entry_id
            AND CASE WHEN r.held THEN x.record_version_id IS NULL ELSE v.record_version_id IS NOT NULL END AS same
    FROM pg_temp.promote_row AS r
    CROSS JOIN pg_temp.promote_basis AS b
    LEFT JOIN promote.run_records AS x ON x.run_id = v_standing AND x.row_index = r.row_index
    LEFT JOIN curated.record_versions AS v
        ON v.record_version_id = x.record_version_id AND NOT r.held AND v.record_sha256 = r.record_sha256
        AND v.entry_id = r.entry_id AND v.observed_on = b.observed_on AND v.confidence = r.confidence;
    v_log.records := (SELECT count(*) FROM pg_temp.promote_plan AS p WHERE NOT p.held);
    IF v_standing IS NOT NULL AND NOT EXISTS (SELECT FROM pg_temp.promote_plan AS p WHERE NOT p.same) THEN
        v_log.status := 'unchanged';
        RETURN promote.log_run(v_log);
    END IF;

    v_log.recorded_at := promote.lock_curated();
    v_log.status := 'promoted';
    v_log := promote.log_run(v_log);
    v_newest := (SELECT s.place = 1 FROM promote.standing_run AS s WHERE s.document_id = p_document_id);
    v_log.records_new := promote.write_records(v_log.run_id, p_document_id, v_log.recorded_at, v_newest);
    SELECT * INTO v_settled FROM promote.settle(v_document.source_id, v_document.list_name, v_log.run_id, v_log.recorded_at);
    v_log.records_ended := v_settled.ended;
    v_entries := ARRAY(
        SELECT u.id FROM unnest(v_settled.entry_ids) AS u (id)
        UNION
        SELECT p.entry_id FROM pg_temp.promote_plan AS p WHERE v_newest AND NOT p.held AND p.same_version_id IS NULL);
    SELECT * INTO v_refreshed FROM promote.refresh_entries(v_entries);
    v_log.vessels := cardinality(v_refreshed.vessel_ids);
    v_log.metrics := v_log.metrics || jsonb_build_object(
        'vessels_added', v_refreshed.added, 'vessels_changed', v_refreshed.changed, 'vessels_removed', v_refreshed.removed);
    UPDATE stage.promotion_log AS l
    SET records_new = v_log.records_new, records_ended = v_log.records_ended, vessels = v_log.vessels, metrics = v_log.metrics,
        finished_at = clock_timestamp()
    WHERE l.run_id = v_log.run_id
    RETURNING l.* INTO v_log;
    RETURN v_log;
END
$$;

COMMENT ON FUNCTION promote.promote_document(bigint) IS 'Promotes one document; promote.run is the face of it.';
