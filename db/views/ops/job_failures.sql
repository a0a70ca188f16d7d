-- ops.job_failures: every attempt that did not end well, newest first where ordered by ended_at.
--
-- Promises: attempts that failed, were rejected or lost, or were parked, of all jobs, also of those that were done later.
-- Reads ops.job_attempt and ops.job.
CREATE OR REPLACE VIEW ops.job_failures AS
SELECT
    j.queue,
    j.job_key,
    a.outcome,
    a.error,
    a.worker,
    a.begun_at,
    a.ended_at,
    a.retry_at,
    j.state AS job_state,
    j.payload,
    a.msg_id,
    a.read_ct
FROM ops.job_attempt AS a
INNER JOIN ops.job AS j ON a.job_id = j.job_id
WHERE a.outcome IN ('failed', 'rejected', 'lost', 'parked');

COMMENT ON VIEW ops.job_failures IS 'Every attempt that did not end well, with its error and what became of the job.';
COMMENT ON COLUMN ops.job_failures.queue IS 'The queue.';
COMMENT ON COLUMN ops.job_failures.job_key IS 'The job''s idempotency key.';
COMMENT ON COLUMN ops.job_failures.outcome IS 'failed, rejected (final), lost (the worker died) or parked (a service was not ready).';
COMMENT ON COLUMN ops.job_failures.error IS 'What went wrong.';
COMMENT ON COLUMN ops.job_failures.worker IS 'Who tried.';
COMMENT ON COLUMN ops.job_failures.begun_at IS 'When the attempt began.';
COMMENT ON COLUMN ops.job_failures.ended_at IS 'When its end was recorded.';
COMMENT ON COLUMN ops.job_failures.retry_at IS 'When the job became visible again; NULL where it did not.';
COMMENT ON COLUMN ops.job_failures.job_state IS 'What the job is now.';
COMMENT ON COLUMN ops.job_failures.payload IS 'What the job was asked to do.';
COMMENT ON COLUMN ops.job_failures.msg_id IS 'The message under which it was tried.';
COMMENT ON COLUMN ops.job_failures.read_ct IS 'Which reading of that message it was.';
