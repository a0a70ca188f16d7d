-- clean.finish_document: closes the gate of a document, or asks for the comparisons that are still missing.
--
-- Promises: 'gated', with a job in the queue ask that opens its questions and audits, and one in the queue promote, where no
-- value of the document waits for a similarity; else a job in the queue score, once, and 'cleaned'. Each transaction that
-- closes the gate asks anew: a job that runs already may not have seen what this one changed. Called in the transaction
-- that changed the document. May run again.
CREATE OR REPLACE FUNCTION clean.finish_document(p_document_id bigint) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM clean.pairs_to_compare(p_document_id, 1)) THEN
        PERFORM ops.enqueue('score', jsonb_build_object('document_id', p_document_id), 'score:' || p_document_id);
        RETURN 'cleaned';
    END IF;
    UPDATE stage.documents SET status = 'gated', gated_at = clock_timestamp()
    WHERE document_id = p_document_id AND status = 'cleaned';
    PERFORM ops.enqueue('ask', jsonb_build_object('document_id', p_document_id),
        'ask:' || p_document_id || ':' || pg_current_xact_id());
    PERFORM promote.request(ARRAY[p_document_id]);
    RETURN 'gated';
END
$$;

COMMENT ON FUNCTION clean.finish_document(bigint) IS 'Gate closed, or comparisons asked for.';
