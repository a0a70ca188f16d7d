-- ops.metric: figures about queues, jobs, workers and alerts, one row per sample, in the shape that /metrics prints.
--
-- Promises: names and label sets are unique; every queue has its samples, zero where there is nothing. Reads the ledger,
-- the queues, the heartbeats and the alerts.
CREATE OR REPLACE VIEW ops.metric AS
SELECT
    'oceanid_queue_messages' AS name,
    jsonb_build_object('queue', d.queue, 'state', s.state) AS labels,
    s.messages::double precision AS value,
    'gauge' AS kind,
    'Messages in a queue by what they wait for' AS help
FROM ops.queue_depth AS d
CROSS JOIN LATERAL (
    VALUES ('visible', d.visible), ('in_flight', d.in_flight), ('delayed', d.delayed)
) AS s (state, messages)
UNION ALL
SELECT
    'oceanid_queue_oldest_seconds',
    jsonb_build_object('queue', d.queue),
    coalesce(extract(EPOCH FROM d.oldest_age), 0)::double precision,
    'gauge',
    'Age of the oldest message in a queue'
FROM ops.queue_depth AS d
UNION ALL
SELECT
    'oceanid_jobs',
    jsonb_build_object('queue', p.queue, 'state', s.state),
    count(j.job_id)::double precision,
    'gauge',
    'Jobs in the ledger by state'
FROM ops.queue_policy AS p
CROSS JOIN (VALUES ('pending'), ('taken'), ('running'), ('done'), ('dead')) AS s (state)
LEFT JOIN ops.job AS j ON p.queue = j.queue AND s.state = j.state
GROUP BY p.queue, s.state
UNION ALL
SELECT
    'oceanid_job_attempts',
    jsonb_build_object('queue', j.queue, 'outcome', a.outcome),
    count(*)::double precision,
    'gauge',
    'Attempts in the ledger by outcome'
FROM ops.job_attempt AS a
INNER JOIN ops.job AS j ON a.job_id = j.job_id
GROUP BY j.queue, a.outcome
UNION ALL
SELECT
    'oceanid_workers',
    jsonb_build_object('state', s.state),
    count(w.worker)::double precision,
    'gauge',
    'Worker processes by state'
FROM (VALUES ('idle'), ('working'), ('stopped'), ('silent')) AS s (state)
LEFT JOIN ops.worker_status AS w ON s.state = w.state
GROUP BY s.state
UNION ALL
SELECT
    'oceanid_alerts',
    '{}'::jsonb,
    count(*)::double precision,
    'gauge',
    'Alerts of ops.alert: what is wrong now and needs a person'
FROM ops.alert;

COMMENT ON VIEW ops.metric IS 'Figures about queues, jobs, workers and alerts, as /metrics prints them.';
COMMENT ON COLUMN ops.metric.name IS 'Name of the metric.';
COMMENT ON COLUMN ops.metric.labels IS 'Its labels, an object of texts.';
COMMENT ON COLUMN ops.metric.value IS 'The figure.';
COMMENT ON COLUMN ops.metric.kind IS 'gauge or counter.';
COMMENT ON COLUMN ops.metric.help IS 'What it counts.';
