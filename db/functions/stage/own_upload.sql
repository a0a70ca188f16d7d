-- stage.own_upload: a receipt, for the one who has it.
--
-- Promises: the upload of that id; or the uploader's newest of the document of that id. OC401 where the token opens nothing;
-- OC404 where there is no such upload, or it is somebody else's. Reads stage.uploads, locks nothing.
CREATE OR REPLACE FUNCTION stage.own_upload(p_token text, p_id uuid) RETURNS stage.uploads
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_uploader stage.uploader := stage.uploader_of(p_token);
    v_upload stage.uploads;
BEGIN
    SELECT u.* INTO v_upload FROM stage.uploads AS u
    WHERE u.uploader = v_uploader.uploader AND (u.upload_id = p_id OR u.doc_id = p_id)
    ORDER BY u.upload_id = p_id DESC, u.started_at DESC
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no upload or document % of %', p_id, v_uploader.display_name
            USING ERRCODE = 'OC404', HINT = 'Use the doc_id or upload_id that the upload answered.';
    END IF;
    RETURN v_upload;
END
$$;

COMMENT ON FUNCTION stage.own_upload(text, uuid) IS 'The receipt of an upload or of a document, for its uploader only.';
