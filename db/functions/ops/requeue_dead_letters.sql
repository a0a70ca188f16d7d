-- ops.requeue_dead_letters: sends all dead letters of a queue, or of all queues, again.
--
-- Promises: what ops.requeue promises, for every dead letter there is now. Returns how many. Locks their jobs. May be
-- called twice.
CREATE OR REPLACE FUNCTION ops.requeue_dead_letters(p_queue text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT count(ops.requeue(d.queue, d.job_key))
    FROM (
        SELECT j.queue, j.job_key
        FROM ops.job AS j
        WHERE j.state = 'dead' AND (p_queue IS NULL OR j.queue = p_queue)
        ORDER BY j.job_id
    ) AS d;
END;

COMMENT ON FUNCTION ops.requeue_dead_letters(text) IS
'Sends every dead letter of a queue (of all queues where NULL) again; returns how many.';
