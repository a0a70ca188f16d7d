-- stage.take_upload: the bytes of a checked upload lie in the object store; they become a document.
--
-- Promises: the document (stage.register_document) and the receipt in one transaction, and the job that reads it. Called
-- again it answers the same. OC002 where the upload was refused or not checked yet, OC404 where there is none. Locks the
-- receipt, then the source.
CREATE OR REPLACE FUNCTION stage.take_upload(
    p_upload_id uuid, OUT doc_id uuid, OUT document_id bigint, OUT doc_sha256 text, OUT is_new boolean
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_upload stage.uploads;
BEGIN
    SELECT u.* INTO v_upload FROM stage.uploads AS u WHERE u.upload_id = p_upload_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no upload %', p_upload_id
            USING ERRCODE = 'OC404', HINT = 'Begin a new one.';
    ELSIF v_upload.state NOT IN ('checked', 'taken') THEN
        RAISE EXCEPTION 'upload % is %', p_upload_id, concat_ws(': ', v_upload.state, v_upload.reason)
            USING ERRCODE = 'OC002', HINT = 'Begin a new one.';
    END IF;
    IF v_upload.state = 'checked' THEN
        SELECT r.document_id, r.is_new INTO v_upload.document_id, v_upload.is_new
        FROM stage.register_document(
            v_upload.source_type, v_upload.source_name, v_upload.list_name, v_upload.file_name, v_upload.sha256,
            v_upload.byte_size, v_upload.object_key, '{}',
            CASE v_upload.kind WHEN 'pdf' THEN 'pdf' END, v_upload.doc_id) AS r;
        -- the same bytes may have been registered since they were checked
        SELECT d.document_uuid INTO v_upload.doc_id FROM stage.documents AS d WHERE d.document_id = v_upload.document_id;
        UPDATE stage.uploads AS u
        SET state = 'taken', doc_id = v_upload.doc_id, document_id = v_upload.document_id, is_new = v_upload.is_new,
            ended_at = clock_timestamp()
        WHERE u.upload_id = p_upload_id;
    END IF;
    SELECT v_upload.doc_id, v_upload.document_id, encode(v_upload.sha256, 'hex'), v_upload.is_new
    INTO doc_id, document_id, doc_sha256, is_new;
END
$$;

COMMENT ON FUNCTION stage.take_upload(uuid) IS 'Makes a checked upload a document and sends the job that reads it.';
