-- promote.log_run: an attempt to promote enters the log, and the reasons of the rows that it held replace those before.
--
-- Promises: the row of stage.promotion_log with its run_id. promote.held_records has the document's rows with reasons in
-- pg_temp.promote_row, where the document came so far. Called by promote.promote_document; each call is one attempt.
CREATE OR REPLACE FUNCTION promote.log_run(p_log stage.promotion_log) RETURNS stage.promotion_log
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO stage.promotion_log AS l (
        document_id, source_id, status, started_at, finished_at, recorded_at, records, records_held, reasons, metrics,
        rules_version, calibration_version)
    VALUES (
        p_log.document_id, p_log.source_id, p_log.status, p_log.started_at, clock_timestamp(), p_log.recorded_at,
        coalesce(p_log.records, 0), coalesce(p_log.records_held, 0), coalesce(p_log.reasons, '{}'), p_log.metrics,
        p_log.rules_version, p_log.calibration_version)
    RETURNING l.* INTO p_log;
    IF p_log.metrics <> '{}' THEN
        DELETE FROM promote.held_records AS h WHERE h.document_id = p_log.document_id;
        INSERT INTO promote.held_records (document_id, row_index, run_id, reasons)
        SELECT p_log.document_id, r.row_index, p_log.run_id, r.reasons FROM pg_temp.promote_row AS r WHERE r.reasons <> '{}';
    END IF;
    RETURN p_log;
END
$$;

COMMENT ON FUNCTION promote.log_run(stage.promotion_log) IS 'Keeps an attempt to promote, and why rows were held.';
