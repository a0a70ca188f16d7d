-- stage.reject_document: a document that cannot be read, and why.
--
-- Promises: status rejected, with the reason; false, and no change, where it does not wait to be read any more. The same
-- bytes registered again are tried again. OC001 without a reason. Locks the document row. May be called twice.
CREATE OR REPLACE FUNCTION stage.reject_document(p_document_id bigint, p_rejection text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(btrim(p_rejection), '') = '' THEN
        RAISE EXCEPTION 'document % needs a reason to be rejected', p_document_id
            USING ERRCODE = 'OC001', HINT = 'Say the cause and the cure.';
    END IF;
    IF NOT stage.claim_document(p_document_id) THEN
        RETURN false;
    END IF;
    UPDATE stage.documents AS d SET status = 'rejected', rejection = p_rejection, read_at = now()
    WHERE d.document_id = p_document_id;
    RETURN true;
END
$$;

COMMENT ON FUNCTION stage.reject_document(bigint, text) IS
'Rejects a document that cannot be read, saying cause and cure. Its bytes stay in the object store.';
