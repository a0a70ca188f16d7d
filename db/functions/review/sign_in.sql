-- review.sign_in: a person shows the token that review.add_reviewer gave them.
--
-- Promises: what review.session says of the token's hash, or its OC401. The token is hashed here and kept nowhere.
-- Reads review.reviewer, locks nothing. May be called any number of times.
CREATE OR REPLACE FUNCTION review.sign_in(
    p_token text, OUT reviewer text, OUT display_name text, OUT may_adjudicate boolean, OUT token_sha256 bytea,
    OUT expires_at timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT s.reviewer, s.display_name, s.may_adjudicate, s.token_sha256, s.expires_at
    INTO reviewer, display_name, may_adjudicate, token_sha256, expires_at
    FROM review.session(sha256(convert_to(btrim(coalesce(p_token, '')), 'UTF8'))) AS s;
END
$$;

COMMENT ON FUNCTION review.sign_in(text) IS 'Sign-in with a token: SELECT reviewer FROM review.sign_in(''…'').';
