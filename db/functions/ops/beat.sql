-- ops.beat: a worker's sign of life.
--
-- Promises: ops.worker_heartbeat says what the worker said last; what ops.schedule says is due has its job (ops.run_due);
-- returns after how long the next beat is due. Asks for no synchronous commit, since a lost beat is followed by another.
-- May be called any number of times.
CREATE OR REPLACE FUNCTION ops.beat(
    p_worker text, p_host text, p_pid integer, p_queues text [], p_state text, p_doing text DEFAULT NULL,
    p_jobs_done bigint DEFAULT 0, p_jobs_failed bigint DEFAULT 0
) RETURNS interval
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO ops.worker_heartbeat AS h (worker, host, pid, queues, state, doing, jobs_done, jobs_failed)
    VALUES (p_worker, p_host, p_pid, p_queues, p_state, p_doing, p_jobs_done, p_jobs_failed)
    ON CONFLICT (worker) DO UPDATE
    SET queues = excluded.queues, state = excluded.state, doing = excluded.doing, jobs_done = excluded.jobs_done,
        jobs_failed = excluded.jobs_failed, beat_at = clock_timestamp();
    IF p_state <> 'stopped' THEN
        PERFORM ops.run_due();
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN (SELECT p.heartbeat_every FROM ops.worker_policy AS p);
END
$$;

COMMENT ON FUNCTION ops.beat(text, text, integer, text [], text, text, bigint, bigint) IS
'Records a worker''s sign of life and returns after how long the next one is due.';
