-- stage.upload_receipt: what became of an upload, for the one who sent it.
--
-- Promises: an object with the receipt, how far the document is, and what it waits for. OC401, OC404: see stage.own_upload.
-- Reads stage.uploads, stage.documents and ops.job, locks nothing.
CREATE OR REPLACE FUNCTION stage.upload_receipt(p_token text, p_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_upload stage.uploads := stage.own_upload(p_token, p_id);
BEGIN
    RETURN (
        SELECT jsonb_build_object(
            'upload_id', v_upload.upload_id, 'doc_id', v_upload.doc_id, 'doc_sha256', encode(v_upload.sha256, 'hex'),
            'state', v_upload.state, 'refusal', v_upload.refusal, 'reason', v_upload.reason, 'is_new', v_upload.is_new,
            'source_type', v_upload.source_type, 'source_name', v_upload.source_name, 'list_name', v_upload.list_name,
            'file_name', v_upload.file_name, 'kind', v_upload.kind, 'byte_size', v_upload.byte_size,
            'uploader', v_upload.uploader, 'started_at', v_upload.started_at, 'ended_at', v_upload.ended_at,
            'document', CASE WHEN d.document_id IS NOT NULL THEN jsonb_build_object(
                'document_id', d.document_id, 'version_no', d.version_no, 'status', d.status, 'rejection', d.rejection,
                'rows', d.row_count, 'columns', d.column_count) END,
            'jobs', coalesce((
                SELECT jsonb_agg(jsonb_build_object('queue', j.queue, 'state', j.state, 'error', split_part(j.last_error, E'\n', 1))
                    ORDER BY j.job_id)
                FROM ops.job AS j
                WHERE j.state <> 'done' AND j.payload @> jsonb_build_object('document_id', d.document_id)), '[]'))
        FROM (SELECT) AS one
        LEFT JOIN stage.documents AS d ON d.document_id = v_upload.document_id);
END
$$;

COMMENT ON FUNCTION stage.upload_receipt(text, uuid) IS
'Receipt and progress of an upload (by upload_id) or of a document (by doc_id), for its uploader.';
