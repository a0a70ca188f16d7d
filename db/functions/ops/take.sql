-- ops.take: reads a batch of jobs for a worker and hides them for the queue's visibility timeout.
--
-- Promises: each row returned is leased to p_worker under (msg_id, read_ct) for lease_for, or as long as ops.extend
-- is called in time; no other worker gets it meanwhile. p_limit can lower the policy's batch size, not raise it.
-- An attempt that is still marked as running belongs to a worker that never reported back: it is recorded as lost. A job
-- with no attempt left becomes a dead letter here and is not returned. A message that was sent without ops.enqueue is
-- entered in the ledger under the key pgmq:<msg_id>.
-- Locks the messages (skipping locked ones), then their jobs. Call it in a transaction of its own and commit at once.
CREATE OR REPLACE FUNCTION ops.take(p_queue text, p_worker text, p_limit integer DEFAULT NULL)
RETURNS TABLE (
    msg_id bigint, read_ct integer, job_key text, payload jsonb, attempt integer, max_attempts integer,
    enqueued_at timestamptz, lease_for interval
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_policy ops.queue_policy := ops.policy_of(p_queue);
    v_messages pgmq.message_record [];
    v_ids bigint [];
    v_exhausted bigint [];
BEGIN
    -- The read is a statement of its own: those that follow see the ledger at least as new as the messages.
    SELECT array_agg(m), array_agg(m.msg_id) INTO v_messages, v_ids
    FROM pgmq.read(
        p_queue,
        ceil(extract(EPOCH FROM v_policy.visibility_timeout))::integer,
        least(v_policy.batch_size, greatest(coalesce(p_limit, v_policy.batch_size), 1))
    ) AS m;
    IF v_ids IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO ops.job (queue, job_key, msg_id, payload)
    SELECT p_queue, 'pgmq:' || m.msg_id, m.msg_id, coalesce(m.message, 'null')
    FROM unnest(v_messages) AS m
    WHERE NOT EXISTS (SELECT FROM ops.job AS j WHERE j.queue = p_queue AND j.msg_id = m.msg_id)
    ON CONFLICT DO NOTHING;

    WITH lost AS (
        UPDATE ops.job_attempt AS a
        SET outcome = 'lost', ended_at = clock_timestamp(), retry_at = clock_timestamp(),
            error = CASE
                WHEN a.begun_at < clock_timestamp() - v_policy.time_limit THEN format(
                    'worker %s hung, or the work is too much for the time limit of %s (ops.queue_policy)', a.worker, v_policy.time_limit)
                ELSE format('worker %s did not report back before its lease ended', a.worker)
            END
        FROM ops.job AS j
        WHERE j.queue = p_queue AND j.msg_id = ANY (v_ids) AND a.job_id = j.job_id AND a.outcome = 'running'
        RETURNING a.job_id, a.error
    )
    UPDATE ops.job AS j SET last_error = lost.error FROM lost WHERE j.job_id = lost.job_id;

    WITH exhausted AS (
        UPDATE ops.job AS j
        SET state = 'dead', lease = NULL, ended_at = clock_timestamp()
        WHERE j.queue = p_queue AND j.msg_id = ANY (v_ids) AND j.attempts >= v_policy.max_attempts
        RETURNING j.job_id, j.msg_id
    ),
    final AS (
        UPDATE ops.job_attempt AS a SET retry_at = NULL
        FROM exhausted AS e
        WHERE a.job_id = e.job_id AND a.msg_id = e.msg_id AND a.outcome = 'lost'
            AND a.read_ct = (SELECT max(b.read_ct) FROM ops.job_attempt AS b WHERE b.job_id = e.job_id AND b.msg_id = e.msg_id)
    )
    SELECT array_agg(e.msg_id) INTO v_exhausted FROM exhausted AS e;
    IF v_exhausted IS NOT NULL THEN
        PERFORM pgmq.archive(p_queue, v_exhausted);
    END IF;

    RETURN QUERY
    WITH leased AS (
        UPDATE ops.job AS j
        SET state = 'taken', lease = m.read_ct, worker = p_worker, taken_at = clock_timestamp()
        FROM unnest(v_messages) AS m
        WHERE j.queue = p_queue AND j.msg_id = m.msg_id AND j.state <> 'dead'
        RETURNING j.msg_id, m.read_ct, j.job_key, j.payload, j.attempts + 1 AS attempt, m.enqueued_at
    )
    SELECT l.msg_id, l.read_ct, l.job_key, l.payload, l.attempt, v_policy.max_attempts, l.enqueued_at, v_policy.visibility_timeout
    FROM leased AS l
    ORDER BY l.msg_id;
END
$$;

COMMENT ON FUNCTION ops.take(text, text, integer) IS
'Leases a batch of jobs to a worker for the queue''s visibility timeout. Jobs whose workers died too often become dead '
'letters instead. Commit at once: the work is done with no transaction open.';
