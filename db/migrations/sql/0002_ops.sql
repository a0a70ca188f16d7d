-- 0002 ops: the queues, their policy, the job ledger and the workers' heartbeats.
--
-- pgmq holds the messages; ops.job holds what became of them. Both change in one transaction, always
-- through the functions of db/functions/ops. Locks are taken in one order everywhere: message, then job.

CREATE TABLE ops.queue_policy (
    queue text PRIMARY KEY CHECK (queue ~ '^[a-z][a-z0-9_]{0,39}$'),
    visibility_timeout interval NOT NULL DEFAULT '2 minutes' CHECK (visibility_timeout >= interval '1 second'),
    batch_size integer NOT NULL DEFAULT 1 CHECK (batch_size BETWEEN 1 AND 1000),
    max_attempts integer NOT NULL DEFAULT 5 CHECK (max_attempts >= 1),
    backoff_base interval NOT NULL DEFAULT '5 seconds' CHECK (backoff_base > interval '0'),
    backoff_max interval NOT NULL DEFAULT '10 minutes',
    park_delay interval NOT NULL DEFAULT '30 seconds' CHECK (park_delay > interval '0'),
    poll_interval interval NOT NULL DEFAULT '5 seconds' CHECK (poll_interval > interval '0'),
    time_limit interval NOT NULL DEFAULT '30 minutes',
    note text,
    shipped boolean NOT NULL DEFAULT false,
    CHECK (backoff_max >= backoff_base),
    CHECK (time_limit >= visibility_timeout)
);

COMMENT ON TABLE ops.queue_policy IS
    'One row per queue; inserting a row creates the queue. An UPDATE takes effect at the next batch a worker takes.';
COMMENT ON COLUMN ops.queue_policy.queue IS 'Name of the queue, and of the channel oceanid_<queue> that wakes its workers.';
COMMENT ON COLUMN ops.queue_policy.visibility_timeout IS
    'How long a taken job stays hidden from other workers unless its worker extends it.';
COMMENT ON COLUMN ops.queue_policy.batch_size IS 'Jobs that a worker takes at once: 1 for long jobs, more for short ones.';
COMMENT ON COLUMN ops.queue_policy.max_attempts IS 'Attempts after which a job becomes a dead letter.';
COMMENT ON COLUMN ops.queue_policy.backoff_base IS 'Wait after the first failed attempt; doubles with each further one.';
COMMENT ON COLUMN ops.queue_policy.backoff_max IS 'The longest wait between two attempts, before jitter.';
COMMENT ON COLUMN ops.queue_policy.park_delay IS 'Wait of a parked job where the worker does not know a better one.';
COMMENT ON COLUMN ops.queue_policy.poll_interval IS 'How often an idle worker looks even if no notification arrived.';
COMMENT ON COLUMN ops.queue_policy.time_limit IS
    'How long an attempt''s work may take before its lease is extended no more: a worker that hangs keeps no job.';
COMMENT ON COLUMN ops.queue_policy.note IS 'What the jobs of this queue are, for people.';
COMMENT ON COLUMN ops.queue_policy.shipped IS 'True while the row is as the release ships it; false once an operator changed it.';

CREATE TABLE ops.worker_policy (
    policy text PRIMARY KEY DEFAULT 'default' CHECK (policy = 'default'),
    heartbeat_every interval NOT NULL DEFAULT '5 seconds' CHECK (heartbeat_every > interval '0'),
    silent_after interval NOT NULL DEFAULT '30 seconds',
    drain_patience interval NOT NULL DEFAULT '60 seconds',
    reconnect_base interval NOT NULL DEFAULT '200 milliseconds' CHECK (reconnect_base > interval '0'),
    reconnect_max interval NOT NULL DEFAULT '15 seconds',
    shipped boolean NOT NULL DEFAULT false,
    CHECK (silent_after > heartbeat_every),
    CHECK (reconnect_max >= reconnect_base)
);

COMMENT ON TABLE ops.worker_policy IS 'The one row of intervals that every worker process keeps; read when a worker starts.';
COMMENT ON COLUMN ops.worker_policy.policy IS 'Always ''default'': the table holds one row.';
COMMENT ON COLUMN ops.worker_policy.heartbeat_every IS 'Time between two heartbeats of a worker.';
COMMENT ON COLUMN ops.worker_policy.silent_after IS 'Silence after which a worker counts as gone.';
COMMENT ON COLUMN ops.worker_policy.drain_patience IS 'How long a draining worker waits for delayed jobs and for jobs of others.';
COMMENT ON COLUMN ops.worker_policy.reconnect_base IS 'First wait after the database connection was lost; doubles.';
COMMENT ON COLUMN ops.worker_policy.reconnect_max IS 'The longest wait between two attempts to reconnect.';
COMMENT ON COLUMN ops.worker_policy.shipped IS 'True while the row is as the release ships it; false once an operator changed it.';

-- fillfactor: a job is updated in place three or four times in its life; no index holds what changes then.
CREATE TABLE ops.job (
    job_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL REFERENCES ops.queue_policy (queue) ON UPDATE CASCADE,
    job_key text NOT NULL CHECK (job_key <> ''),
    msg_id bigint NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'taken', 'running', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    parked integer NOT NULL DEFAULT 0 CHECK (parked >= 0),
    sends integer NOT NULL DEFAULT 1 CHECK (sends >= 1),
    lease integer,
    worker text,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    taken_at timestamptz,
    ended_at timestamptz,
    UNIQUE (queue, job_key),
    UNIQUE (queue, msg_id),
    CHECK ((lease IS NOT NULL) = (state IN ('taken', 'running'))),
    CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'dead')))
) WITH (fillfactor = 60);

COMMENT ON TABLE ops.job IS 'The ledger: one row per job ever sent, and what became of it.';
COMMENT ON COLUMN ops.job.job_id IS 'Identity of the job; survives being sent again.';
COMMENT ON COLUMN ops.job.queue IS 'The queue its messages go through.';
COMMENT ON COLUMN ops.job.job_key IS 'Idempotency key: within a queue a key is one job, however often it is enqueued.';
COMMENT ON COLUMN ops.job.msg_id IS 'The pgmq message that carries or carried the job last.';
COMMENT ON COLUMN ops.job.payload IS 'What the message says: small, without secrets.';
COMMENT ON COLUMN ops.job.state IS
    'pending: waits in the queue; taken: read by a worker, not begun; running: begun; done; dead: a dead letter.';
COMMENT ON COLUMN ops.job.attempts IS 'Attempts that count, since the job was last sent; parked and returned ones do not.';
COMMENT ON COLUMN ops.job.parked IS 'How often the job was put back because a service was not ready.';
COMMENT ON COLUMN ops.job.sends IS 'How often the job was sent: 1, and one more for each ops.requeue.';
COMMENT ON COLUMN ops.job.lease IS 'read_ct of the message under which a worker has the job now; with msg_id it is the fence.';
COMMENT ON COLUMN ops.job.worker IS 'The worker that took the job last.';
COMMENT ON COLUMN ops.job.last_error IS 'Error or reason of the last attempt that did not succeed.';
COMMENT ON COLUMN ops.job.created_at IS 'When the job was first enqueued.';
COMMENT ON COLUMN ops.job.sent_at IS 'When its present message was sent.';
COMMENT ON COLUMN ops.job.taken_at IS 'When a worker last took it.';
COMMENT ON COLUMN ops.job.ended_at IS 'When it was done or became a dead letter.';

CREATE TABLE ops.job_attempt (
    job_id bigint NOT NULL REFERENCES ops.job (job_id) ON DELETE CASCADE,
    msg_id bigint NOT NULL,
    read_ct integer NOT NULL,
    worker text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text NOT NULL DEFAULT 'running'
    CHECK (outcome IN ('running', 'done', 'failed', 'rejected', 'parked', 'returned', 'lost')),
    error text,
    retry_at timestamptz,
    PRIMARY KEY (job_id, msg_id, read_ct),
    CHECK ((ended_at IS NULL) = (outcome = 'running'))
) WITH (fillfactor = 70);

COMMENT ON TABLE ops.job_attempt IS 'Every attempt that was begun, kept with its outcome and error.';
COMMENT ON COLUMN ops.job_attempt.job_id IS 'The job.';
COMMENT ON COLUMN ops.job_attempt.msg_id IS 'The message under which it was tried.';
COMMENT ON COLUMN ops.job_attempt.read_ct IS 'Which reading of that message it was.';
COMMENT ON COLUMN ops.job_attempt.worker IS 'Who tried.';
COMMENT ON COLUMN ops.job_attempt.begun_at IS 'When the work began (not when the job was taken).';
COMMENT ON COLUMN ops.job_attempt.ended_at IS 'When its end was recorded; of a lost one: when the loss was noticed.';
COMMENT ON COLUMN ops.job_attempt.outcome IS
    'done; failed: tried again later or dead; rejected: final, the input is at fault; parked: a service was not ready; '
    'returned: the worker was told to stop; lost: the worker never reported back.';
COMMENT ON COLUMN ops.job_attempt.error IS 'What went wrong, with the traceback where there is one.';
COMMENT ON COLUMN ops.job_attempt.retry_at IS 'When the job becomes visible again; NULL where it does not.';

CREATE TABLE ops.worker_heartbeat (
    worker text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    queues text [] NOT NULL,
    state text NOT NULL CHECK (state IN ('idle', 'working', 'stopped')),
    doing text,
    jobs_done bigint NOT NULL DEFAULT 0,
    jobs_failed bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    beat_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

COMMENT ON TABLE ops.worker_heartbeat IS 'The last sign of life of every worker process.';
COMMENT ON COLUMN ops.worker_heartbeat.worker IS 'Name of the process: host, pid and a random part.';
COMMENT ON COLUMN ops.worker_heartbeat.host IS 'Machine it runs on.';
COMMENT ON COLUMN ops.worker_heartbeat.pid IS 'Its process id there.';
COMMENT ON COLUMN ops.worker_heartbeat.queues IS 'Queues it serves.';
COMMENT ON COLUMN ops.worker_heartbeat.state IS 'idle, working, or stopped (it said goodbye).';
COMMENT ON COLUMN ops.worker_heartbeat.doing IS 'Queue and key of the job in hand.';
COMMENT ON COLUMN ops.worker_heartbeat.jobs_done IS 'Jobs done since it started.';
COMMENT ON COLUMN ops.worker_heartbeat.jobs_failed IS 'Attempts that failed or were rejected since it started.';
COMMENT ON COLUMN ops.worker_heartbeat.started_at IS 'When it first reported.';
COMMENT ON COLUMN ops.worker_heartbeat.beat_at IS 'When it last reported.';

CREATE TABLE ops.schedule (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_.]{0,59}$'),
    call text NOT NULL CHECK (call ~ '^[a-z_][a-z0-9_]*[.][a-z_][a-z0-9_]*$'),
    every interval NOT NULL CHECK (every >= interval '1 second'),
    enabled boolean NOT NULL DEFAULT true,
    note text,
    shipped boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE ops.schedule IS
    'What is to be called again and again: a row is enough, no cron. The workers see to it (ops.run_due at each beat).';
COMMENT ON COLUMN ops.schedule.name IS 'Name of the schedule.';
COMMENT ON COLUMN ops.schedule.call IS 'The function, as schema.name; called without arguments, with a worker''s rights.';
COMMENT ON COLUMN ops.schedule.every IS 'Time between two calls; the first one comes that long after the row was first seen.';
COMMENT ON COLUMN ops.schedule.enabled IS 'Whether it is called at all.';
COMMENT ON COLUMN ops.schedule.note IS 'What it is for, for people.';
COMMENT ON COLUMN ops.schedule.shipped IS 'True while the row is as the release ships it; false once an operator changed it.';

CREATE TABLE ops.schedule_state (
    name text PRIMARY KEY REFERENCES ops.schedule (name) ON UPDATE CASCADE ON DELETE CASCADE,
    since timestamptz NOT NULL,
    job_key text
) WITH (fillfactor = 50);

COMMENT ON TABLE ops.schedule_state IS 'From when the next call of each schedule is reckoned; written by ops.run_due alone.';
COMMENT ON COLUMN ops.schedule_state.name IS 'The schedule.';
COMMENT ON COLUMN ops.schedule_state.since IS 'When its last job was sent, or when it was first seen.';
COMMENT ON COLUMN ops.schedule_state.job_key IS 'Key of its last job in the queue maintain.';

-- A policy row is a queue: inserting one creates the queue, so that adding a queue touches one place.
-- SECURITY DEFINER because whoever may add a policy row need not be allowed to create tables.
CREATE FUNCTION ops.create_queue_of_policy() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pgmq.meta AS m WHERE m.queue_name = new.queue) THEN
        PERFORM pgmq.create(new.queue);
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION ops.create_queue_of_policy() IS 'Trigger of ops.queue_policy: creates the pgmq queue of a new policy row.';

CREATE TRIGGER queue_policy_creates_queue AFTER INSERT ON ops.queue_policy
FOR EACH ROW EXECUTE FUNCTION ops.create_queue_of_policy();

SELECT pgmq.create('ingest');
SELECT pgmq.create('clean');
SELECT pgmq.create('score');
