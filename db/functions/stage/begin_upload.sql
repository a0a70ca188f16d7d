-- stage.begin_upload: somebody wants to upload a file; they are known, and the rates and limits allow it.
--
-- Promises: a receipt in state receiving, and what the server has to keep to: most bytes, longest time. OC401 where the token
-- opens nothing; OC429 where the rates are used up, the seconds to wait in DETAIL; OC413 where the declared size is above the
-- limit of that way. None of these leaves a receipt. Locks the uploader's row, so that uploads at once cannot pass the rate.
CREATE OR REPLACE FUNCTION stage.begin_upload(
    p_token text, p_way text, p_declared jsonb, p_client jsonb,
    OUT upload_id uuid, OUT max_bytes bigint, OUT max_seconds bigint, OUT presigned_seconds bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_uploader stage.uploader := stage.uploader_of(p_token);
    v_bytes bigint;
    v_wait interval;
BEGIN
    PERFORM 1 FROM stage.uploader AS u WHERE u.uploader = v_uploader.uploader FOR UPDATE;
    IF p_declared ->> 'byte_size' ~ '^[0-9]{1,18}$' THEN
        v_bytes := (p_declared ->> 'byte_size')::bigint;
    ELSIF p_way = 'presigned' THEN
        RAISE EXCEPTION 'a presigned upload says its size in bytes first'
            USING ERRCODE = 'OC001', HINT = 'Send byte_size and sha256 of the file.';
    END IF;
    IF p_way = 'presigned' AND coalesce(p_declared ->> 'sha256', '') !~ '^[0-9a-f]{64}$' THEN
        RAISE EXCEPTION 'a presigned upload says its SHA-256 first'
            USING ERRCODE = 'OC001', HINT = 'Send it as 64 hexadecimal digits: sha256sum FILE.';
    END IF;
    v_wait := stage.upload_wait(v_uploader.uploader, v_bytes);
    IF v_wait > interval '0' THEN
        RAISE EXCEPTION 'too many uploads, or too many bytes, of % for now', v_uploader.display_name
            USING ERRCODE = 'OC429', DETAIL = ceil(extract(EPOCH FROM v_wait))::text || ' s to wait',
            HINT = 'Wait; an operator changes the rates in stage.upload_rate.';
    END IF;
    max_bytes := stage.upload_limit(CASE p_way WHEN 'presigned' THEN 'max_file_bytes' ELSE 'max_upload_bytes' END);
    IF v_bytes > max_bytes THEN
        RAISE EXCEPTION 'the file has % bytes; the limit is %', v_bytes, max_bytes
            USING ERRCODE = 'OC413', HINT = CASE p_way
                WHEN 'presigned' THEN 'Split it; the limit is max_file_bytes in stage.limits.'
                ELSE 'Large files go straight into an S3 object store: POST /upload/presigned, or `oceanid upload`.' END;
    END IF;
    INSERT INTO stage.uploads AS u (uploader, way, declared, client, byte_size)
    VALUES (v_uploader.uploader, p_way, coalesce(p_declared, '{}'), coalesce(p_client, '{}'), v_bytes)
    RETURNING u.upload_id INTO upload_id;
    max_seconds := stage.upload_limit('max_upload_seconds');
    presigned_seconds := stage.upload_limit('presigned_seconds');
END
$$;

COMMENT ON FUNCTION stage.begin_upload(text, text, jsonb, jsonb) IS
'Opens the receipt of an upload (way direct or presigned) for the owner of a token, within the rates and limits.';
