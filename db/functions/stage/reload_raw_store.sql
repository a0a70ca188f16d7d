-- stage.reload_raw_store: sends everything that the raw store was ever given once more.
--
-- Promises: the job of every finished run of extraction, sent or sent again; returns how many. A store that has the rows
-- keeps them; an empty one is filled, and every digest must be what it was. Sends jobs of the queue raw_store.
CREATE OR REPLACE FUNCTION stage.reload_raw_store() RETURNS bigint
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) FROM (
        SELECT
            ops.enqueue('raw_store', jsonb_build_object('document_id', r.document_id, 'run_id', r.run_id), 'raw_store:' || r.run_id),
            ops.requeue('raw_store', 'raw_store:' || r.run_id)
        FROM stage.extraction_runs AS r
        WHERE r.outcome = 'done'
    ) AS sent
$$;

COMMENT ON FUNCTION stage.reload_raw_store() IS 'Fills a new, empty raw store from the pages in this database.';
