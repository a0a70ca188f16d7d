-- ops.enqueue: sends one job, inside the caller's transaction.
--
-- Promises: within a queue a key is one job. A key that is new sends a message and returns its msg_id. A key that is
-- known, whatever its job's state (pending, taken, running, done, dead), sends nothing and returns the msg_id it has:
-- to do a finished job once more, or a dead letter, call ops.requeue. The payload of a known key is not compared.
-- Writes pgmq and ops.job; a concurrent enqueue of the same key waits for the other transaction. Notifies the channel
-- oceanid_<queue> (PostgreSQL folds equal notifications: one a transaction). May be called twice.
CREATE OR REPLACE FUNCTION ops.enqueue(
    p_queue text, p_payload jsonb, p_key text, p_delay interval DEFAULT '0'
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_msg_id bigint;
    v_known bigint;
BEGIN
    IF p_payload IS NULL OR coalesce(p_key, '') = '' THEN
        RAISE EXCEPTION 'a job of queue % needs a payload and a key', quote_nullable(p_queue)
            USING ERRCODE = 'OC001', HINT = 'The key names the work, e.g. document:42: the same work twice is one job.';
    END IF;
    PERFORM ops.policy_of(p_queue);

    SELECT j.msg_id INTO v_known FROM ops.job AS j WHERE j.queue = p_queue AND j.job_key = p_key;
    IF FOUND THEN
        RETURN v_known;
    END IF;

    v_msg_id := pgmq.send(p_queue, p_payload, clock_timestamp() + p_delay);
    INSERT INTO ops.job (queue, job_key, msg_id, payload)
    VALUES (p_queue, p_key, v_msg_id, p_payload)
    ON CONFLICT (queue, job_key) DO NOTHING;
    IF NOT FOUND THEN
        -- Another transaction was faster: its message is the job, ours was never visible to anybody.
        PERFORM pgmq.delete(p_queue, v_msg_id);
        SELECT j.msg_id INTO v_known FROM ops.job AS j WHERE j.queue = p_queue AND j.job_key = p_key;
        RETURN v_known;
    END IF;

    PERFORM pg_notify('oceanid_' || p_queue, '');
    RETURN v_msg_id;
END
$$;

COMMENT ON FUNCTION ops.enqueue(text, jsonb, text, interval) IS
'Sends a job to a queue, once per (queue, key); returns its msg_id. A known key sends nothing: see ops.requeue. '
'Example: SELECT ops.enqueue(''clean'', ''{"document_id": 42}'', ''document:42'');';
