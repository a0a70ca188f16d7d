-- ops.release: a worker that stops gives a job back at once.
--
-- Promises: the job is visible now, with as many attempts left as before. OC003 where the lease is lost. Locks the
-- message, then the job; notifies the queue's channel. The second call raises OC003.
CREATE OR REPLACE FUNCTION ops.release(p_queue text, p_msg_id bigint, p_read_ct integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job_id bigint := ops.hold(p_queue, p_msg_id, p_read_ct);
BEGIN
    PERFORM pgmq.set_vt(p_queue, p_msg_id, clock_timestamp());
    UPDATE ops.job AS j
    SET state = 'pending', lease = NULL, attempts = j.attempts - CASE j.state WHEN 'running' THEN 1 ELSE 0 END
    WHERE j.job_id = v_job_id;
    PERFORM ops.end_attempt(v_job_id, p_msg_id, p_read_ct, 'returned', NULL, clock_timestamp());
    PERFORM pg_notify('oceanid_' || p_queue, '');
END
$$;

COMMENT ON FUNCTION ops.release(text, bigint, integer) IS
'Gives a leased job back unfinished: visible at once, the attempt does not count.';
