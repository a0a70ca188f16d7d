-- stage.extract_document: a document that waits to be read is a PDF; the job that extracts its tables is sent.
--
-- Promises: format pdf, `extract` sent; false, and no change, where the document does not wait to be read any more. A job that
-- has ended is sent again. OC404 where there is no such document. Locks the document row. May be called twice.
CREATE OR REPLACE FUNCTION stage.extract_document(p_document_id bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT stage.claim_document(p_document_id) THEN
        RETURN false;
    END IF;
    UPDATE stage.documents AS d SET format = 'pdf' WHERE d.document_id = p_document_id;
    PERFORM ops.enqueue('extract', jsonb_build_object('document_id', p_document_id), 'extract:' || p_document_id);
    PERFORM ops.requeue('extract', 'extract:' || p_document_id);
    RETURN true;
END
$$;

COMMENT ON FUNCTION stage.extract_document(bigint) IS
'Sends a document that turned out to be a PDF to extraction instead of the reader.';
