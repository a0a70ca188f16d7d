-- stage.claim_document: whether a document still waits to be read; holds it until the transaction ends.
--
-- Promises: true where its status is received. False where it was read or rejected meanwhile, so that a message that comes
-- twice does its work once. OC404 where there is no such document. Locks the document row.
CREATE OR REPLACE FUNCTION stage.claim_document(p_document_id bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_status text;
BEGIN
    SELECT d.status INTO v_status FROM stage.documents AS d WHERE d.document_id = p_document_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name, status FROM stage.documents lists them.';
    END IF;
    RETURN v_status = 'received';
END
$$;

COMMENT ON FUNCTION stage.claim_document(bigint) IS
'Locks a document and says whether it still waits to be read.';
