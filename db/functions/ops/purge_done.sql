-- ops.purge_done: forgets jobs that were done long ago.
--
-- Promises: jobs of a queue (all queues where NULL) done before p_older_than ago leave the ledger with their attempts,
-- and their messages leave the archive; dead letters and open jobs stay. A forgotten key may be enqueued anew. Returns
-- how many jobs went. Locks what it deletes. May be called twice.
CREATE OR REPLACE FUNCTION ops.purge_done(p_older_than interval, p_queue text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue text;
    v_batch bigint;
    v_purged bigint := 0;
BEGIN
    IF p_older_than IS NULL OR p_older_than < interval '0' THEN
        RAISE EXCEPTION 'an age is needed, not %', quote_nullable(p_older_than::text)
            USING ERRCODE = 'OC001', HINT = 'For example: SELECT ops.purge_done(''90 days'');';
    END IF;
    FOR v_queue IN
        SELECT p.queue FROM ops.queue_policy AS p WHERE p_queue IS NULL OR p.queue = p_queue ORDER BY p.queue
    LOOP
        EXECUTE format(
            $query$
            WITH old AS (
                SELECT j.job_id, j.msg_id FROM ops.job AS j
                WHERE j.queue = $1 AND j.state = 'done' AND j.ended_at < clock_timestamp() - $2
                FOR UPDATE
            ),
            messages AS (
                DELETE FROM pgmq.%I AS a
                USING old LEFT JOIN ops.job_attempt AS t ON t.job_id = old.job_id
                WHERE a.msg_id IN (old.msg_id, t.msg_id)
            ),
            jobs AS (DELETE FROM ops.job AS j USING old WHERE j.job_id = old.job_id RETURNING j.job_id)
            SELECT count(*) FROM jobs
            $query$,
            pgmq.format_table_name(v_queue, 'a')
        ) INTO v_batch USING v_queue, p_older_than;
        v_purged := v_purged + v_batch;
    END LOOP;
    RETURN v_purged;
END
$$;

COMMENT ON FUNCTION ops.purge_done(interval, text) IS
'Forgets jobs done longer ago than the given age, with their attempts and archived messages; returns how many.';
