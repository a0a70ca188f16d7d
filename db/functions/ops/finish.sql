-- ops.finish: ends a job as done; last statement of the worker's write transaction.
--
-- Promises: the message is archived, the job is done, its attempt closed: all with the caller's own writes, or, where
-- the lease is lost, OC003 and nothing of it. Locks the message, then the job. The second call raises OC003.
CREATE OR REPLACE FUNCTION ops.finish(p_queue text, p_msg_id bigint, p_read_ct integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job_id bigint := ops.hold(p_queue, p_msg_id, p_read_ct);
BEGIN
    PERFORM pgmq.archive(p_queue, p_msg_id);
    UPDATE ops.job AS j SET state = 'done', lease = NULL, ended_at = clock_timestamp() WHERE j.job_id = v_job_id;
    PERFORM ops.end_attempt(v_job_id, p_msg_id, p_read_ct, 'done', NULL, NULL);
END
$$;

COMMENT ON FUNCTION ops.finish(text, bigint, integer) IS
'Ends a leased job as done, in the transaction of its results; OC003 where the lease is lost, so that a late writer''s '
'whole transaction is refused.';
