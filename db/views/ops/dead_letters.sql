-- ops.dead_letters: jobs that were given up, one row each, with the statement that sends each again.
--
-- Promises: exactly the jobs whose state is dead. Reads ops.job.
CREATE OR REPLACE VIEW ops.dead_letters AS
SELECT
    j.queue,
    j.job_key,
    j.payload,
    j.attempts,
    j.last_error AS error,
    j.worker,
    j.created_at,
    j.ended_at AS died_at,
    format('SELECT ops.requeue(%L, %L);', j.queue, j.job_key) AS requeue_with
FROM ops.job AS j
WHERE j.state = 'dead';

COMMENT ON VIEW ops.dead_letters IS 'Jobs that were given up: why, and the statement that sends each again.';
COMMENT ON COLUMN ops.dead_letters.queue IS 'The queue.';
COMMENT ON COLUMN ops.dead_letters.job_key IS 'The job''s idempotency key.';
COMMENT ON COLUMN ops.dead_letters.payload IS 'What the job was asked to do.';
COMMENT ON COLUMN ops.dead_letters.attempts IS 'Attempts that were made since it was last sent.';
COMMENT ON COLUMN ops.dead_letters.error IS 'The last error; earlier ones are in ops.job_failures.';
COMMENT ON COLUMN ops.dead_letters.worker IS 'The worker that had it last.';
COMMENT ON COLUMN ops.dead_letters.created_at IS 'When it was first enqueued.';
COMMENT ON COLUMN ops.dead_letters.died_at IS 'When it was given up.';
COMMENT ON COLUMN ops.dead_letters.requeue_with IS 'The statement that sends it again.';
