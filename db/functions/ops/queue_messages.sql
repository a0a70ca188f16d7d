-- ops.queue_messages: every message that is in a queue now, of all queues or of some.
--
-- Promises: one row per message in pgmq, under the caller's snapshot. Reads the queue tables; takes no lock; may be
-- called any number of times.
CREATE OR REPLACE FUNCTION ops.queue_messages(p_queues text [] DEFAULT NULL)
RETURNS TABLE (queue text, msg_id bigint, read_ct integer, enqueued_at timestamptz, visible_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue text;
BEGIN
    FOR v_queue IN
        SELECT p.queue FROM ops.queue_policy AS p
        WHERE p_queues IS NULL OR p.queue = ANY (p_queues)
        ORDER BY p.queue
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT $1, q.msg_id, q.read_ct, q.enqueued_at, q.vt FROM pgmq.%I AS q', pgmq.format_table_name(v_queue, 'q')
        ) USING v_queue;
    END LOOP;
END
$$;

COMMENT ON FUNCTION ops.queue_messages(text []) IS 'Every message that is in a queue now: all queues where NULL.';
