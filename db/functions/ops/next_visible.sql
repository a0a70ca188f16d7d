-- ops.next_visible: when the next message of these queues can be taken.
--
-- Promises: the earliest visibility time (in the past: now), NULL where the queues are empty. Reads the first entry of
-- an index per queue, so that an idle worker may ask often; takes no lock. OC404 for an unknown queue.
CREATE OR REPLACE FUNCTION ops.next_visible(p_queues text []) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue text;
    v_first timestamptz;
    v_earliest timestamptz;
BEGIN
    FOREACH v_queue IN ARRAY p_queues LOOP
        PERFORM ops.policy_of(v_queue);
        EXECUTE format('SELECT min(q.vt) FROM pgmq.%I AS q', pgmq.format_table_name(v_queue, 'q')) INTO v_first;
        v_earliest := least(v_earliest, v_first);
    END LOOP;
    RETURN v_earliest;
END
$$;

COMMENT ON FUNCTION ops.next_visible(text []) IS
'When the next message of these queues becomes visible; NULL where they are empty.';
