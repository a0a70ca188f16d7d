-- stage.refuse_upload: an upload is not taken, and why.
--
-- Promises: state refused, with the reason. An upload that has ended stays as it is. OC001 without a reason. Locks the
-- receipt. May be called twice.
CREATE OR REPLACE FUNCTION stage.refuse_upload(p_upload_id uuid, p_refusal text, p_reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(p_refusal, '') = '' OR coalesce(p_reason, '') = '' THEN
        RAISE EXCEPTION 'upload % needs a reason to be refused', p_upload_id
            USING ERRCODE = 'OC001', HINT = 'Say the cause and the cure.';
    END IF;
    UPDATE stage.uploads AS u SET state = 'refused', refusal = p_refusal, reason = p_reason, ended_at = clock_timestamp()
    WHERE u.upload_id = p_upload_id AND u.state IN ('receiving', 'checked');
END
$$;

COMMENT ON FUNCTION stage.refuse_upload(uuid, text, text) IS 'Ends an upload that cannot be taken, with cause and cure.';
