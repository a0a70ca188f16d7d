-- ops.job_mismatch: where ledger and queues disagree. It is empty: nothing is lost and nothing is doubled.
--
-- Promises: a row for every open job without its message, every message without an open job. Reads all messages and the
-- ledger under one snapshot. A message that was sent without ops.enqueue shows until a worker takes it.
CREATE OR REPLACE VIEW ops.job_mismatch AS
SELECT
    coalesce(j.queue, m.queue) AS queue,
    j.job_key,
    coalesce(j.msg_id, m.msg_id) AS msg_id,
    j.state,
    CASE
        WHEN m.msg_id IS NULL THEN 'an open job has no message'
        WHEN j.job_id IS NULL THEN 'a message has no job'
        ELSE 'a job that has ended still has a message'
    END AS mismatch
FROM (SELECT o.* FROM ops.job AS o) AS j
FULL JOIN ops.queue_messages() AS m ON j.queue = m.queue AND j.msg_id = m.msg_id
WHERE
    (m.msg_id IS NULL AND j.state IN ('pending', 'taken', 'running'))
    OR (m.msg_id IS NOT NULL AND (j.job_id IS NULL OR j.state IN ('done', 'dead')));

COMMENT ON VIEW ops.job_mismatch IS 'Disagreements between ledger and queues; empty where nothing was lost or doubled.';
COMMENT ON COLUMN ops.job_mismatch.queue IS 'The queue.';
COMMENT ON COLUMN ops.job_mismatch.job_key IS 'The job''s key; NULL for a message without a job.';
COMMENT ON COLUMN ops.job_mismatch.msg_id IS 'The message.';
COMMENT ON COLUMN ops.job_mismatch.state IS 'What the ledger says.';
COMMENT ON COLUMN ops.job_mismatch.mismatch IS 'What is wrong.';
