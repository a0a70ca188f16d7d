-- ops.worker_status: every worker process that ever reported, and whether it lives.
--
-- Promises: alive means that it has not said goodbye and reported within ops.worker_policy.silent_after. Reads
-- ops.worker_heartbeat and ops.worker_policy.
CREATE OR REPLACE VIEW ops.worker_status AS
SELECT
    h.worker,
    h.state <> 'stopped' AND h.beat_at > clock_timestamp() - p.silent_after AS alive,
    CASE
        WHEN h.state = 'stopped' THEN 'stopped'
        WHEN h.beat_at > clock_timestamp() - p.silent_after THEN h.state
        ELSE 'silent'
    END AS state,
    h.doing,
    h.queues,
    h.jobs_done,
    h.jobs_failed,
    h.host,
    h.pid,
    h.started_at,
    h.beat_at,
    clock_timestamp() - h.beat_at AS silent_for
FROM ops.worker_heartbeat AS h
CROSS JOIN ops.worker_policy AS p;

COMMENT ON VIEW ops.worker_status IS 'Every worker that reported, whether it lives, and what it is doing.';
COMMENT ON COLUMN ops.worker_status.worker IS 'Name of the process.';
COMMENT ON COLUMN ops.worker_status.alive IS 'It reported recently and has not said goodbye.';
COMMENT ON COLUMN ops.worker_status.state IS 'idle, working, stopped (said goodbye) or silent (gone without a word).';
COMMENT ON COLUMN ops.worker_status.doing IS 'Queue and key of the job in hand.';
COMMENT ON COLUMN ops.worker_status.queues IS 'Queues it serves.';
COMMENT ON COLUMN ops.worker_status.jobs_done IS 'Jobs done since it started.';
COMMENT ON COLUMN ops.worker_status.jobs_failed IS 'Attempts that failed or were rejected since it started.';
COMMENT ON COLUMN ops.worker_status.host IS 'Machine it runs on.';
COMMENT ON COLUMN ops.worker_status.pid IS 'Its process id there.';
COMMENT ON COLUMN ops.worker_status.started_at IS 'When it first reported.';
COMMENT ON COLUMN ops.worker_status.beat_at IS 'When it last reported.';
COMMENT ON COLUMN ops.worker_status.silent_for IS 'How long ago that is.';
