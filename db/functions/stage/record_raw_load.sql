-- stage.record_raw_load: a run of extraction lies in the raw store now, with these digests.
--
-- Promises: one row of stage.raw_loads a run. Recorded again with the same digests nothing changes; with others it is OC002,
-- because what the raw store has may never change. Writes stage.raw_loads.
CREATE OR REPLACE FUNCTION stage.record_raw_load(
    p_run_id uuid, p_doc_id uuid, p_ingest_ts timestamptz, p_parquet_keys text[], p_pages integer,
    p_document_sha256 text, p_pages_sha256 text
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO stage.raw_loads (run_id, doc_id, ingest_ts, parquet_keys, pages, document_sha256, pages_sha256)
    VALUES (p_run_id, p_doc_id, p_ingest_ts, p_parquet_keys, p_pages, p_document_sha256, p_pages_sha256)
    ON CONFLICT (run_id) DO NOTHING;
    IF NOT EXISTS (
        SELECT FROM stage.raw_loads AS l
        WHERE l.run_id = p_run_id
            AND (l.doc_id, l.pages, l.document_sha256, l.pages_sha256)
            = (p_doc_id, p_pages, p_document_sha256, p_pages_sha256))
    THEN
        RAISE EXCEPTION 'run % is in the raw store with other text than it was given first', p_run_id
            USING ERRCODE = 'OC002',
            HINT = 'One of the two was changed: SELECT stage.check_raw_store() says whether it is the raw store.';
    END IF;
END
$$;

COMMENT ON FUNCTION stage.record_raw_load(uuid, uuid, timestamptz, text[], integer, text, text) IS
'Records what the raw store was given; the same run with other digests is refused.';
