-- ops.extend: keeps leases alive while their work goes on.
--
-- Promises: every lease (msg_id, read_ct) that is still the worker's is hidden for another visibility timeout. Returns
-- the msg_ids still held, so that the worker knows which it lost; an attempt that has run for longer than the queue's
-- time limit is extended no more. A message that is locked (its write transaction is
-- under way, and the lock protects it) is left as it is and counts as held. Waits for no lock; may be called any number
-- of times.
CREATE OR REPLACE FUNCTION ops.extend(p_queue text, p_msg_ids bigint [], p_read_cts integer []) RETURNS SETOF bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_policy ops.queue_policy := ops.policy_of(p_queue);
BEGIN
    RETURN QUERY EXECUTE format(
        $query$
        WITH held AS (
            SELECT q.msg_id
            FROM unnest($1, $2) AS lease (msg_id, read_ct)
            INNER JOIN pgmq.%1$I AS q ON q.msg_id = lease.msg_id AND q.read_ct = lease.read_ct
            INNER JOIN ops.job AS j ON j.queue = $3 AND j.msg_id = lease.msg_id AND j.lease = lease.read_ct
            WHERE NOT EXISTS (
                SELECT FROM ops.job_attempt AS a
                WHERE a.job_id = j.job_id AND a.msg_id = j.msg_id AND a.read_ct = j.lease
                    AND a.begun_at < clock_timestamp() - $5
            )
        ),
        unlocked AS (
            SELECT q.msg_id FROM pgmq.%1$I AS q INNER JOIN held USING (msg_id) FOR UPDATE OF q SKIP LOCKED
        ),
        extended AS (
            UPDATE pgmq.%1$I AS q SET vt = clock_timestamp() + $4
            FROM unlocked AS u, unnest($1, $2) AS lease (msg_id, read_ct)
            WHERE q.msg_id = u.msg_id AND lease.msg_id = q.msg_id AND q.read_ct = lease.read_ct
        )
        SELECT held.msg_id FROM held
        $query$,
        pgmq.format_table_name(p_queue, 'q')
    ) USING p_msg_ids, p_read_cts, p_queue, v_policy.visibility_timeout, v_policy.time_limit;
END
$$;

COMMENT ON FUNCTION ops.extend(text, bigint [], integer []) IS
'Hides the leased messages for another visibility timeout; returns those that are still held.';
