-- ops.hold: locks a leased job, or refuses a worker that comes too late.
--
-- Promises: after it, until the end of the transaction, nobody else can take the job, even where the visibility timeout
-- passes meanwhile. Raises OC003 where the lease (msg_id, read_ct) is no longer the worker's. Returns the job_id.
-- Locks the message, then its job, for update. May be called twice in a transaction.
CREATE OR REPLACE FUNCTION ops.hold(p_queue text, p_msg_id bigint, p_read_ct integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_held boolean;
    v_job_id bigint;
BEGIN
    EXECUTE format('SELECT true FROM pgmq.%I AS q WHERE q.msg_id = $1 AND q.read_ct = $2 FOR UPDATE',
                   pgmq.format_table_name(p_queue, 'q'))
    INTO v_held USING p_msg_id, p_read_ct;
    IF v_held THEN
        SELECT j.job_id INTO v_job_id
        FROM ops.job AS j
        WHERE j.queue = p_queue AND j.msg_id = p_msg_id AND j.lease = p_read_ct
        FOR UPDATE;
    END IF;
    IF v_job_id IS NULL THEN
        RAISE EXCEPTION 'the lease on message % of queue % (reading %) is lost', p_msg_id, p_queue, p_read_ct
            USING ERRCODE = 'OC003',
                  HINT = 'The job has ended or another worker has it: roll back and drop the result.';
    END IF;
    RETURN v_job_id;
END
$$;

COMMENT ON FUNCTION ops.hold(text, bigint, integer) IS
'The fence: first statement of a worker''s write transaction. OC003 where the lease is no longer its own.';
