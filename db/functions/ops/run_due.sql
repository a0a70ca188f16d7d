-- ops.run_due: sends a job for every schedule whose time has come.
--
-- Promises: each enabled row of ops.schedule gets one job in the queue maintain every time its interval has passed, however
-- many workers ask at once: its row is locked, and who finds it locked passes over it. While its last job waits or runs no
-- other is sent; calls that were missed while nobody asked are one call. Returns how many jobs it sent. May be called any
-- number of times.
CREATE OR REPLACE FUNCTION ops.run_due() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sent integer;
BEGIN
    INSERT INTO ops.schedule_state (name, since)
    SELECT s.name, clock_timestamp() FROM ops.schedule AS s
    WHERE NOT EXISTS (SELECT FROM ops.schedule_state AS t WHERE t.name = s.name)
    ON CONFLICT DO NOTHING;

    WITH due AS MATERIALIZED (
        SELECT t.name, t.name || ':' || extract(EPOCH FROM clock_timestamp())::text AS job_key
        FROM ops.schedule_state AS t
        JOIN ops.schedule AS s USING (name)
        WHERE s.enabled AND t.since + s.every <= clock_timestamp()
            AND NOT EXISTS (
                SELECT FROM ops.job AS j
                WHERE j.queue = 'maintain' AND j.job_key = t.job_key AND j.state IN ('pending', 'taken', 'running'))
        FOR UPDATE OF t SKIP LOCKED
    ), sent AS (
        UPDATE ops.schedule_state AS t SET since = clock_timestamp(), job_key = d.job_key
        FROM due AS d WHERE d.name = t.name
        RETURNING t.name, t.job_key
    )
    SELECT count(ops.enqueue('maintain', jsonb_build_object('schedule', s.name), s.job_key)) INTO v_sent FROM sent AS s;
    RETURN v_sent;
END
$$;

COMMENT ON FUNCTION ops.run_due() IS 'Sends the jobs of the schedules that are due; called at every beat of every worker.';
