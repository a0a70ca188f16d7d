-- ops.schedule_status: what is called again and again, when it was last and when it is next.
--
-- Promises: one row a schedule. next_run_at is when a job is sent next, at the beat of a worker that follows; in the past:
-- no worker lives. NULL where it is disabled.
CREATE OR REPLACE VIEW ops.schedule_status AS
SELECT
    s.name, s.call, s.every, s.enabled, j.sent_at AS last_run_at, j.state AS last_state, j.last_error,
    CASE WHEN s.enabled THEN coalesce(t.since, clock_timestamp()) + s.every END AS next_run_at, s.note
FROM ops.schedule AS s
LEFT JOIN ops.schedule_state AS t USING (name)
LEFT JOIN ops.job AS j ON j.queue = 'maintain' AND j.job_key = t.job_key;

COMMENT ON VIEW ops.schedule_status IS 'Schedules: the last call and how it went, the next call.';
COMMENT ON COLUMN ops.schedule_status.name IS 'The schedule.';
COMMENT ON COLUMN ops.schedule_status.call IS 'The function that is called.';
COMMENT ON COLUMN ops.schedule_status.every IS 'How often.';
COMMENT ON COLUMN ops.schedule_status.enabled IS 'Whether it is called at all.';
COMMENT ON COLUMN ops.schedule_status.last_run_at IS 'When its last job was sent.';
COMMENT ON COLUMN ops.schedule_status.last_state IS 'What became of that job: pending, taken, running, done or dead.';
COMMENT ON COLUMN ops.schedule_status.last_error IS 'Why an attempt at it failed.';
COMMENT ON COLUMN ops.schedule_status.next_run_at IS 'When the next one is due.';
COMMENT ON COLUMN ops.schedule_status.note IS 'What it is for.';
