-- stage.check_upload: all bytes of an upload have arrived and were looked at; may they become a document?
--
-- Promises: state checked, with the identifier and the place where the bytes now belong; or state refused, with the reason.
-- Called again it answers what it answered first. p_declared is added to what was declared at the beginning; p_raw_key is
-- where a file goes that is no PDF. OC404 where
-- there is no such upload. scan_seconds: how long the malware scan that follows may take. Locks the receipt.
CREATE OR REPLACE FUNCTION stage.check_upload(
    p_upload_id uuid, p_declared jsonb, p_sha256 bytea, p_byte_size bigint, p_kind text, p_raw_key text,
    OUT state text, OUT doc_id uuid, OUT object_key text, OUT refusal text, OUT reason text,
    OUT scan_seconds bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_upload stage.uploads;
    v_uploader stage.uploader;
BEGIN
    SELECT u.* INTO v_upload FROM stage.uploads AS u WHERE u.upload_id = p_upload_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no upload %', p_upload_id
            USING ERRCODE = 'OC404', HINT = 'Begin a new one.';
    END IF;
    IF v_upload.state = 'receiving' THEN
        SELECT u.* INTO v_uploader FROM stage.uploader AS u WHERE u.uploader = v_upload.uploader;
        v_upload.declared := v_upload.declared || jsonb_strip_nulls(coalesce(p_declared, '{}'));
        v_upload.sha256 := p_sha256;
        v_upload.byte_size := p_byte_size;
        v_upload.kind := p_kind;
        v_upload.source_type := coalesce(nullif(upper(btrim(v_upload.declared ->> 'source_type')), ''), v_uploader.source_type);
        v_upload.source_name := coalesce(nullif(btrim(v_upload.declared ->> 'source_name'), ''), v_uploader.source_name);
        v_upload.list_name := coalesce(nullif(btrim(v_upload.declared ->> 'list_name'), ''), 'vessels');
        v_upload.file_name := nullif(btrim(v_upload.declared ->> 'file_name'), '');
        SELECT v.refusal, v.reason INTO v_upload.refusal, v_upload.reason FROM stage.upload_verdict(v_upload, v_uploader) AS v;
        IF v_upload.refusal IS NULL THEN
            v_upload.state := 'checked';
            SELECT p.document_uuid, CASE WHEN p.is_known OR p_kind = 'pdf' THEN p.object_key ELSE p_raw_key END
            INTO v_upload.doc_id, v_upload.object_key
            FROM stage.place_document(v_upload.source_type, v_upload.source_name, v_upload.list_name, p_sha256) AS p;
        ELSE
            v_upload.state := 'refused';
            v_upload.ended_at := clock_timestamp();
        END IF;
        UPDATE stage.uploads AS u
        SET (declared, sha256, byte_size, kind, source_type, source_name, list_name, file_name, refusal, reason, state, doc_id,
            object_key, ended_at)
            = (v_upload.declared, v_upload.sha256, v_upload.byte_size, v_upload.kind, v_upload.source_type, v_upload.source_name,
            v_upload.list_name, v_upload.file_name, v_upload.refusal, v_upload.reason, v_upload.state, v_upload.doc_id,
            v_upload.object_key, v_upload.ended_at)
        WHERE u.upload_id = p_upload_id;
    END IF;
    SELECT v_upload.state, v_upload.doc_id, v_upload.object_key, v_upload.refusal, v_upload.reason,
        stage.upload_limit('max_scan_seconds')
    INTO state, doc_id, object_key, refusal, reason, scan_seconds;
END
$$;

COMMENT ON FUNCTION stage.check_upload(uuid, jsonb, bytea, bigint, text, text) IS
'Judges an upload whose bytes have arrived: where they belong in the object store, or why they are refused.';
