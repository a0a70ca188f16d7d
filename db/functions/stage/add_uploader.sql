-- stage.add_uploader: a person or program that may upload, and the token with which they do.
--
-- Promises: the uploader exists and is active; the token returned is shown this once and kept as its hash. Called again, it
-- gives a new token and the old one stops working. With a source, they upload for that source only. OC001 where the short
-- name is malformed or only half of the source is named.
CREATE OR REPLACE FUNCTION stage.add_uploader(
    p_uploader text, p_display_name text, p_source_type text DEFAULT NULL, p_source_name text DEFAULT NULL,
    p_token_for interval DEFAULT '90 days'
) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
BEGIN
    IF p_uploader IS NULL OR p_uploader !~ '^[a-z0-9][a-z0-9._-]{0,62}$' THEN
        RAISE EXCEPTION '% is no short name', coalesce(p_uploader, 'NULL')
            USING ERRCODE = 'OC001', HINT = 'Small letters, digits, dot, hyphen and underscore: neafc-mailbox.';
    ELSIF (p_source_type IS NULL) <> (p_source_name IS NULL) THEN
        RAISE EXCEPTION 'a source is a type and a name'
            USING ERRCODE = 'OC001', HINT = 'Give both, such as RFMO and NEAFC, or neither: then each upload names its source.';
    ELSIF p_source_type IS NOT NULL THEN
        PERFORM stage.register_source(p_source_type, p_source_name);
    END IF;
    INSERT INTO stage.uploader AS u (uploader, display_name, token_sha256, token_expires_at, source_type, source_name)
    VALUES (
        p_uploader, coalesce(p_display_name, p_uploader), sha256(convert_to(v_token, 'UTF8')), now() + p_token_for,
        upper(btrim(p_source_type)), btrim(p_source_name))
    ON CONFLICT (uploader) DO UPDATE
    SET display_name = excluded.display_name, token_sha256 = excluded.token_sha256,
        token_expires_at = excluded.token_expires_at, source_type = excluded.source_type,
        source_name = excluded.source_name, active = true;
    RETURN v_token;
END
$$;

COMMENT ON FUNCTION stage.add_uploader(text, text, text, text, interval) IS
'Makes an uploader and returns the token for uploads, once: SELECT stage.add_uploader(''maria'', ''Maria Soto'');';
