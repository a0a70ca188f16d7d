-- ops.park: a service the job needs is not ready: the job waits, and the attempt does not count.
--
-- Promises: the job is visible again after p_delay (the policy's park_delay where NULL), with as many attempts left as
-- before; the reason is kept. Returns when it becomes visible. OC003 where the lease is lost. Locks the message, then
-- the job. The second call raises OC003.
CREATE OR REPLACE FUNCTION ops.park(
    p_queue text, p_msg_id bigint, p_read_ct integer, p_reason text, p_delay interval DEFAULT NULL
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_policy ops.queue_policy := ops.policy_of(p_queue);
    v_job_id bigint := ops.hold(p_queue, p_msg_id, p_read_ct);
    v_retry_at timestamptz := clock_timestamp() + coalesce(p_delay, v_policy.park_delay);
BEGIN
    PERFORM pgmq.set_vt(p_queue, p_msg_id, v_retry_at);
    UPDATE ops.job AS j
    SET state = 'pending', lease = NULL, parked = j.parked + 1, last_error = p_reason,
        attempts = j.attempts - CASE j.state WHEN 'running' THEN 1 ELSE 0 END
    WHERE j.job_id = v_job_id;
    PERFORM ops.end_attempt(v_job_id, p_msg_id, p_read_ct, 'parked', p_reason, v_retry_at);
    RETURN v_retry_at;
END
$$;

COMMENT ON FUNCTION ops.park(text, bigint, integer, text, interval) IS
'Puts a leased job back because a service is not ready; the attempt does not count. Returns when it is visible again.';
