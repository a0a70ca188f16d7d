-- ops.fail: an attempt failed: the job waits and is tried again, or becomes a dead letter.
--
-- Promises: the error is kept with its attempt and on the job. Attempts left: the job becomes visible again after
-- ops.backoff with a fifth of jitter both ways, and the time is returned. None left, or p_final (the input itself is at
-- fault): the message is archived, the job is dead, NULL is returned; ops.requeue sends it again.
-- OC003 where the lease is lost. Locks the message, then the job. The second call raises OC003.
CREATE OR REPLACE FUNCTION ops.fail(
    p_queue text, p_msg_id bigint, p_read_ct integer, p_error text, p_final boolean DEFAULT false
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_policy ops.queue_policy := ops.policy_of(p_queue);
    v_job_id bigint := ops.hold(p_queue, p_msg_id, p_read_ct);
    v_error text := coalesce(nullif(btrim(p_error), ''), 'no reason given');
    v_attempts integer;
    v_state text;
    v_retry_at timestamptz;
BEGIN
    SELECT j.attempts, j.state INTO v_attempts, v_state FROM ops.job AS j WHERE j.job_id = v_job_id;
    IF v_state = 'taken' THEN
        v_attempts := ops.begin_attempt(p_queue, p_msg_id, p_read_ct);
    END IF;

    IF p_final OR v_attempts >= v_policy.max_attempts THEN
        PERFORM pgmq.archive(p_queue, p_msg_id);
    ELSE
        v_retry_at := clock_timestamp()
            + ops.backoff(v_policy.backoff_base, v_policy.backoff_max, v_attempts) * (0.8 + 0.4 * random());
        PERFORM pgmq.set_vt(p_queue, p_msg_id, v_retry_at);
    END IF;

    UPDATE ops.job AS j
    SET state = CASE WHEN v_retry_at IS NULL THEN 'dead' ELSE 'pending' END,
        ended_at = CASE WHEN v_retry_at IS NULL THEN clock_timestamp() END,
        lease = NULL, last_error = v_error
    WHERE j.job_id = v_job_id;
    PERFORM ops.end_attempt(
        v_job_id, p_msg_id, p_read_ct, CASE WHEN p_final THEN 'rejected' ELSE 'failed' END, v_error, v_retry_at
    );
    RETURN v_retry_at;
END
$$;

COMMENT ON FUNCTION ops.fail(text, bigint, integer, text, boolean) IS
'Records a failed attempt: retried later with growing backoff (returns when), or a dead letter (NULL) when attempts are '
'used up or the failure is final.';
