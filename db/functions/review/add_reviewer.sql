-- review.add_reviewer: a person who may answer, and the token with which they sign in.
--
-- Promises: the reviewer exists and is active; the token returned is shown this once and kept as its hash. Called again, it
-- gives a new token and the old one stops working. OC001 where the short name is malformed.
CREATE OR REPLACE FUNCTION review.add_reviewer(
    p_reviewer text, p_display_name text, p_may_adjudicate boolean DEFAULT false, p_token_for interval DEFAULT '30 days'
) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
BEGIN
    IF p_reviewer IS NULL OR p_reviewer !~ '^[a-z0-9][a-z0-9._-]{0,62}$' THEN
        RAISE EXCEPTION '% is no short name', coalesce(p_reviewer, 'NULL')
            USING ERRCODE = 'OC001', HINT = 'Small letters, digits, dot, hyphen and underscore: maria.soto.';
    END IF;
    INSERT INTO review.reviewer AS r (reviewer, display_name, token_sha256, token_expires_at, may_adjudicate)
    VALUES (p_reviewer, coalesce(p_display_name, p_reviewer), sha256(convert_to(v_token, 'UTF8')), now() + p_token_for, p_may_adjudicate)
    ON CONFLICT (reviewer) DO UPDATE
    SET display_name = excluded.display_name, token_sha256 = excluded.token_sha256,
        token_expires_at = excluded.token_expires_at, may_adjudicate = excluded.may_adjudicate, active = true;
    RETURN v_token;
END
$$;

COMMENT ON FUNCTION review.add_reviewer(text, text, boolean, interval) IS 'Makes a reviewer and returns the sign-in token, once.';
