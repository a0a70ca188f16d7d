-- stage.check_raw_store: sends the job that recomputes every hash of the raw store.
--
-- Promises: one job of the queue raw_store, and its msg_id; none, and NULL, where the store was never given anything. The job
-- ends in stage.take_raw_check. May be called at any time.
CREATE OR REPLACE FUNCTION stage.check_raw_store() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM stage.raw_loads) THEN
        RETURN NULL;
    END IF;
    RETURN ops.enqueue('raw_store', '{"check": true}', 'check:' || extract(EPOCH FROM clock_timestamp()));
END
$$;

COMMENT ON FUNCTION stage.check_raw_store() IS 'Has the raw store checked against what it was given; a schedule of that name calls it.';
