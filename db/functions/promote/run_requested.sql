-- promote.run_requested: what the queue promote does with a document.
--
-- Promises: promote.promote_document, unless the document's latest run was rolled back: then nothing, and NULL, because
-- somebody wanted it out after the job had been sent. OC404 where there is no such document. Locks as promote_document does.
CREATE OR REPLACE FUNCTION promote.run_requested(p_document_id bigint) RETURNS stage.promotion_log
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM stage.documents AS t WHERE t.document_id = p_document_id FOR KEY SHARE;
    -- a rollback that is under way has this lock
    PERFORM clean.lock_source((SELECT t.source_id FROM stage.documents AS t WHERE t.document_id = p_document_id));
    IF promote.is_set_aside(p_document_id) THEN
        RETURN NULL;
    END IF;
    RETURN promote.promote_document(p_document_id);
END
$$;

COMMENT ON FUNCTION promote.run_requested(bigint) IS 'Promotes a document that the queue asks for, unless it was rolled back.';
