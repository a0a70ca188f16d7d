-- ops.requeue: sends a finished job or a dead letter again.
--
-- Promises: the job of this key gets a new message with the same payload and all its attempts; earlier attempts stay in
-- ops.job_attempt. A job that still waits or is being worked on is left alone. Returns the msg_id. OC404 where there is
-- no such job. Locks the job; notifies the queue's channel. May be called twice.
CREATE OR REPLACE FUNCTION ops.requeue(p_queue text, p_key text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job ops.job;
    v_msg_id bigint;
BEGIN
    SELECT j.* INTO v_job FROM ops.job AS j WHERE j.queue = p_queue AND j.job_key = p_key FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'queue % has no job with the key %', quote_nullable(p_queue), quote_nullable(p_key)
            USING ERRCODE = 'OC404', HINT = 'SELECT queue, job_key FROM ops.dead_letters lists the dead letters.';
    END IF;
    IF v_job.state NOT IN ('done', 'dead') THEN
        RETURN v_job.msg_id;
    END IF;
    v_msg_id := pgmq.send(v_job.queue, v_job.payload);
    UPDATE ops.job AS j
    SET msg_id = v_msg_id, state = 'pending', attempts = 0, parked = 0, sends = j.sends + 1, lease = NULL,
        sent_at = clock_timestamp(), taken_at = NULL, ended_at = NULL
    WHERE j.job_id = v_job.job_id;
    PERFORM pg_notify('oceanid_' || p_queue, '');
    RETURN v_msg_id;
END
$$;

COMMENT ON FUNCTION ops.requeue(text, text) IS
'Sends a dead letter, or a job that is done, again with all its attempts; leaves a job that waits or runs alone. '
'Returns its msg_id.';
