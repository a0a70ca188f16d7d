-- ops.policy_of: the policy row of a queue.
--
-- Promises: the row, or OC404 that names the queues there are. Reads ops.queue_policy; takes no lock; may be
-- called any number of times.
CREATE OR REPLACE FUNCTION ops.policy_of(p_queue text) RETURNS ops.queue_policy
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_policy ops.queue_policy;
BEGIN
    SELECT p.* INTO v_policy FROM ops.queue_policy AS p WHERE p.queue = p_queue;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no queue %', quote_nullable(p_queue)
            USING ERRCODE = 'OC404',
                  HINT = format('Known queues: %s. INSERT INTO ops.queue_policy (queue) creates one.',
                                (SELECT coalesce(string_agg(p.queue, ', ' ORDER BY p.queue), 'none') FROM ops.queue_policy AS p));
    END IF;
    RETURN v_policy;
END
$$;

COMMENT ON FUNCTION ops.policy_of(text) IS 'The policy row of a queue; OC404 where there is no such queue.';
