-- ops.queue_depth: how full each queue is, one row per queue.
--
-- Promises: visible + in_flight + delayed = messages. Reads every message and its job under one snapshot.
CREATE OR REPLACE VIEW ops.queue_depth AS
SELECT
    p.queue,
    count(m.msg_id) AS messages,
    count(m.msg_id) FILTER (WHERE m.visible_at <= now()) AS visible,
    count(m.msg_id) FILTER (WHERE m.visible_at > now() AND j.lease IS NOT NULL) AS in_flight,
    count(m.msg_id) FILTER (WHERE m.visible_at > now() AND j.lease IS NULL) AS delayed,
    count(m.msg_id) FILTER (WHERE m.visible_at <= now() AND j.lease IS NOT NULL) AS overdue,
    now() - min(m.enqueued_at) AS oldest_age,
    min(m.visible_at) AS next_visible_at
FROM ops.queue_policy AS p
LEFT JOIN ops.queue_messages() AS m ON p.queue = m.queue
LEFT JOIN ops.job AS j ON m.queue = j.queue AND m.msg_id = j.msg_id
GROUP BY p.queue;

COMMENT ON VIEW ops.queue_depth IS 'How full each queue is: visible, in flight, delayed, and the age of the oldest.';
COMMENT ON COLUMN ops.queue_depth.queue IS 'The queue.';
COMMENT ON COLUMN ops.queue_depth.messages IS 'Messages in the queue, whatever their state.';
COMMENT ON COLUMN ops.queue_depth.visible IS 'Can be taken now.';
COMMENT ON COLUMN ops.queue_depth.in_flight IS 'Leased to a worker.';
COMMENT ON COLUMN ops.queue_depth.delayed IS 'Wait for their time: sent with a delay, backing off or parked.';
COMMENT ON COLUMN ops.queue_depth.overdue IS 'Those of the visible whose worker let the lease run out; the next ops.take picks them up.';
COMMENT ON COLUMN ops.queue_depth.oldest_age IS 'How long the oldest message has been in the queue.';
COMMENT ON COLUMN ops.queue_depth.next_visible_at IS 'When the next message can be taken; in the past: now.';
