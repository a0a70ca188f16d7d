-- clean.finish_document: closes the gate of a document, or asks for the comparisons that are still missing.
--
-- Promises: 'gated', with its questions and audits in review.items and a job in the queue promote, where no value of the document waits for a
-- similarity; else a job in the queue score, once, and 'cleaned'. Called in the transaction that changed the document. May run again.
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
    PERFORM review.refresh(p_document_id);
    PERFORM review.draw_audit(p_document_id);
    PERFORM promote.request(ARRAY[p_document_id]);
    RETURN 'gated';
END
$$;

COMMENT ON FUNCTION clean.finish_document(bigint) IS 'Gate closed, or comparisons asked for.';
