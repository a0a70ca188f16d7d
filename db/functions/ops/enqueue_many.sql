-- ops.enqueue_many: sends many jobs of one queue at once; ops.enqueue for a set.
--
-- Promises: what ops.enqueue promises for each (payload, key), with one insert and one notification; a key that occurs
-- twice in the arrays is one job (the first payload wins). Returns how many jobs are new. Writes pgmq and ops.job; a
-- concurrent enqueue of the same key waits for the other transaction. May be called twice.
CREATE OR REPLACE FUNCTION ops.enqueue_many(
    p_queue text, p_payloads jsonb [], p_keys text [], p_delay interval DEFAULT '0'
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_payloads jsonb [];
    v_keys text [];
    v_msg_ids bigint [];
    v_superfluous bigint [];
BEGIN
    IF cardinality(p_payloads) IS DISTINCT FROM cardinality(p_keys)
       OR array_position(p_payloads, NULL) IS NOT NULL
       OR array_position(p_keys, NULL) IS NOT NULL OR '' = ANY (p_keys)
    THEN
        RAISE EXCEPTION 'every job of queue % needs a payload and a key', quote_nullable(p_queue)
            USING ERRCODE = 'OC001', HINT = 'Give two arrays of the same length, without NULLs.';
    END IF;
    PERFORM ops.policy_of(p_queue);

    -- Sorted by key: two transactions that send overlapping sets meet in the same order and cannot deadlock.
    SELECT array_agg(n.payload ORDER BY n.job_key), array_agg(n.job_key ORDER BY n.job_key)
    INTO v_payloads, v_keys
    FROM (
        SELECT DISTINCT ON (u.job_key) u.job_key, u.payload
        FROM unnest(p_payloads, p_keys) WITH ORDINALITY AS u (payload, job_key, place)
        WHERE NOT EXISTS (SELECT FROM ops.job AS j WHERE j.queue = p_queue AND j.job_key = u.job_key)
        ORDER BY u.job_key, u.place
    ) AS n;
    IF v_keys IS NULL THEN
        RETURN 0;
    END IF;

    -- send_batch inserts the array in its order, so that ids sorted are ids in the order of the keys.
    SELECT array_agg(s.msg_id ORDER BY s.msg_id) INTO v_msg_ids
    FROM pgmq.send_batch(p_queue, v_payloads, clock_timestamp() + p_delay) AS s (msg_id);

    WITH sent AS (
        INSERT INTO ops.job (queue, job_key, msg_id, payload)
        SELECT p_queue, u.job_key, u.msg_id, u.payload
        FROM unnest(v_keys, v_msg_ids, v_payloads) AS u (job_key, msg_id, payload)
        ORDER BY u.job_key
        ON CONFLICT (queue, job_key) DO NOTHING
        RETURNING msg_id
    )
    SELECT array_agg(u.msg_id) INTO v_superfluous
    FROM unnest(v_msg_ids) AS u (msg_id)
    WHERE NOT EXISTS (SELECT FROM sent AS s WHERE s.msg_id = u.msg_id);

    IF v_superfluous IS NOT NULL THEN
        PERFORM pgmq.delete(p_queue, v_superfluous);
    END IF;
    PERFORM pg_notify('oceanid_' || p_queue, '');
    RETURN cardinality(v_msg_ids) - coalesce(cardinality(v_superfluous), 0);
END
$$;

COMMENT ON FUNCTION ops.enqueue_many(text, jsonb [], text [], interval) IS
'Sends many jobs at once, each once per (queue, key); returns how many are new.';
