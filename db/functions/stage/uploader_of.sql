-- stage.uploader_of: who a token for uploads belongs to.
--
-- Promises: the active uploader whose token this is; OC401 with the reason where nobody has it, it has expired, or the
-- uploader is no longer active. The token is hashed here and kept nowhere. Reads stage.uploader, locks nothing.
CREATE OR REPLACE FUNCTION stage.uploader_of(p_token text) RETURNS stage.uploader
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_uploader stage.uploader;
BEGIN
    SELECT u.* INTO v_uploader FROM stage.uploader AS u
    WHERE u.token_sha256 = sha256(convert_to(btrim(coalesce(p_token, '')), 'UTF8'));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this token opens nothing: it is missing, mistyped, or a newer one has replaced it'
            USING ERRCODE = 'OC401',
            HINT = 'Send it as "Authorization: Bearer …"; an operator gives a new one with stage.add_uploader.';
    ELSIF v_uploader.token_expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the token of % has expired', v_uploader.display_name
            USING ERRCODE = 'OC401', HINT = 'Ask an operator for a new one: stage.add_uploader gives it.';
    ELSIF NOT v_uploader.active THEN
        RAISE EXCEPTION '% may no longer upload', v_uploader.display_name
            USING ERRCODE = 'OC401', HINT = 'An operator makes an uploader active again with stage.add_uploader.';
    END IF;
    RETURN v_uploader;
END
$$;

COMMENT ON FUNCTION stage.uploader_of(text) IS 'The uploader behind a token, while the token works.';
