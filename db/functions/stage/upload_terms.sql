-- stage.upload_terms: what an uploader may send.
--
-- Promises: an object with limits, accepted kinds, rates and the source the token is for. OC401 where the token opens
-- nothing. Reads policies, locks nothing.
CREATE OR REPLACE FUNCTION stage.upload_terms(p_token text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_uploader stage.uploader := stage.uploader_of(p_token);
BEGIN
    RETURN jsonb_build_object(
        'uploader', v_uploader.uploader,
        'source_type', v_uploader.source_type,
        'source_name', v_uploader.source_name,
        'max_bytes', stage.upload_limit('max_upload_bytes'),
        'max_presigned_bytes', stage.upload_limit('max_file_bytes'),
        'kinds', (SELECT jsonb_object_agg(k.kind, k.content_type) FROM stage.upload_kind AS k WHERE k.accepted),
        'wait_seconds', ceil(extract(EPOCH FROM stage.upload_wait(v_uploader.uploader, 0))));
END
$$;

COMMENT ON FUNCTION stage.upload_terms(text) IS 'Limits, kinds and source of the uploads that a token may send.';
