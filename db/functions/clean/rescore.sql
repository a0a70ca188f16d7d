-- clean.rescore: has a document's texts compared again where that is missing, and its gate closed after it.
--
-- Promises: a gated document with values to compare is 'cleaned' again, with a job in the queue score; without any, its
-- questions are asked anew by the queue ask, and it is promoted anew. May run again.
CREATE OR REPLACE FUNCTION clean.rescore(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM clean.pairs_to_compare(p_document_id, 1)) THEN
        UPDATE stage.documents SET status = 'cleaned', gated_at = NULL
        WHERE document_id = p_document_id AND status = 'gated';
        PERFORM ops.enqueue('score', jsonb_build_object('document_id', p_document_id),
            'score:' || p_document_id || ':' || pg_current_xact_id());
    ELSE
        PERFORM ops.enqueue('ask', jsonb_build_object('document_id', p_document_id),
            'ask:' || p_document_id || ':' || pg_current_xact_id());
        PERFORM promote.request(ARRAY[p_document_id]);
    END IF;
END
$$;

COMMENT ON FUNCTION clean.rescore(bigint) IS 'Sends a document back for comparisons after cleaning changed.';
