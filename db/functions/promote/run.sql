-- promote.run: promotes a document, or every document that is due.
--
-- Promises: a row a document: what became of it (stage.promotion_log). Each document is promoted wholly or not at all; all of
-- them in the caller's transaction. dry_run takes the same way and then takes everything back: what it returns is what would
-- happen, with no run_id. Without a document: those of promote.due, in the order of their arrival. OC404 for an unknown one.
-- Locks the documents' rows, their sources in order, then promote.lock_curated. May run again: what is unchanged stays as it is.
CREATE OR REPLACE FUNCTION promote.run(p_document_id bigint DEFAULT NULL, dry_run boolean DEFAULT false)
RETURNS TABLE (
    document_id bigint, file_name text, run_id bigint, status text, records integer, records_new integer, records_ended integer,
    records_held integer, vessels integer, reasons text[], metrics jsonb
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_documents bigint[] := CASE
        WHEN p_document_id IS NULL THEN ARRAY(SELECT d.document_id FROM promote.due AS d ORDER BY d.document_id)
        ELSE ARRAY[p_document_id] END;
    v_document bigint;
    v_log stage.promotion_log;
    v_logs stage.promotion_log[] := '{}';
    v_told text;
BEGIN
    -- every row, then every source, before the one lock that all share: two runs of many documents cannot wait for each other
    PERFORM FROM stage.documents AS t WHERE t.document_id = ANY (v_documents) ORDER BY t.document_id FOR KEY SHARE;
    PERFORM clean.lock_source(o.source_id)
    FROM (SELECT DISTINCT t.source_id FROM stage.documents AS t WHERE t.document_id = ANY (v_documents) ORDER BY 1) AS o;
    BEGIN
        FOREACH v_document IN ARRAY v_documents LOOP
            v_log := promote.promote_document(v_document);
            v_logs := v_logs || v_log;
        END LOOP;
        IF dry_run THEN
            -- the only way back over everything above, with the answer in hand
            RAISE EXCEPTION USING ERRCODE = 'OC099', MESSAGE = 'dry run', DETAIL = array_to_json(v_logs)::text;
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'OC099' THEN
            GET STACKED DIAGNOSTICS v_told = PG_EXCEPTION_DETAIL;
            v_logs := ARRAY(SELECT j FROM jsonb_populate_recordset(NULL::stage.promotion_log, v_told::jsonb) AS j);
    END;
    RETURN QUERY
    SELECT l.document_id, t.file_name, CASE WHEN NOT dry_run THEN l.run_id END, l.status, l.records, l.records_new,
        l.records_ended,
        l.records_held, l.vessels, l.reasons, l.metrics
    FROM unnest(v_logs) WITH ORDINALITY AS l
    JOIN stage.documents AS t USING (document_id)
    ORDER BY l.ordinality;
END
$$;

COMMENT ON FUNCTION promote.run(bigint, boolean) IS
    'Promotes a document or all that are due: SELECT * FROM promote.run(7); SELECT * FROM promote.run(dry_run => true).';
