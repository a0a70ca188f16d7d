-- ops.begin_attempt: records that work on a taken job begins; from here on the attempt counts.
--
-- Promises: one attempt more, and its row in ops.job_attempt; OC003 where the lease is lost. A job that was only taken
-- costs no attempt when its worker dies, so that one poison pill does not use up its neighbours in the batch.
-- Locks the message, then the job. Asks for no synchronous commit: a server crash may forget an attempt, never a lease.
-- Call it in a transaction of its own; not twice.
CREATE OR REPLACE FUNCTION ops.begin_attempt(p_queue text, p_msg_id bigint, p_read_ct integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job_id bigint := ops.hold(p_queue, p_msg_id, p_read_ct);
    v_attempt integer;
    v_worker text;
BEGIN
    UPDATE ops.job AS j SET state = 'running', attempts = j.attempts + 1
    WHERE j.job_id = v_job_id AND j.state = 'taken'
    RETURNING j.attempts, j.worker INTO v_attempt, v_worker;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'message % of queue % (reading %) is already being worked on', p_msg_id, p_queue, p_read_ct
            USING ERRCODE = 'OC002', HINT = 'Begin an attempt once per ops.take.';
    END IF;
    INSERT INTO ops.job_attempt (job_id, msg_id, read_ct, worker) VALUES (v_job_id, p_msg_id, p_read_ct, v_worker);
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN v_attempt;
END
$$;

COMMENT ON FUNCTION ops.begin_attempt(text, bigint, integer) IS
'Counts an attempt on a taken job and returns its number; OC003 where the lease is lost.';
