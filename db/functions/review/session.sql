-- review.session: who a sign-in belongs to, asked anew with every page.
--
-- Promises: the active reviewer whose token has this hash; OC401 with the reason where nobody has it, it has expired, or the
-- reviewer is no longer active. A new token (review.add_reviewer) therefore ends every session of the old one at once.
-- Reads review.reviewer, locks nothing.
CREATE OR REPLACE FUNCTION review.session(
    p_token_sha256 bytea, OUT reviewer text, OUT display_name text, OUT may_adjudicate boolean, OUT token_sha256 bytea,
    OUT expires_at timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_active boolean;
BEGIN
    SELECT r.reviewer, r.display_name, r.may_adjudicate, r.token_sha256, r.token_expires_at, r.active
    INTO reviewer, display_name, may_adjudicate, token_sha256, expires_at, v_active
    FROM review.reviewer AS r WHERE r.token_sha256 = p_token_sha256;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this token opens nothing: it is mistyped, or a newer one has replaced it'
            USING ERRCODE = 'OC401', HINT = 'Paste the whole token; an operator gives a new one with review.add_reviewer.';
    ELSIF expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the sign-in of % has expired', display_name
            USING ERRCODE = 'OC401', HINT = 'Ask an operator for a new token: review.add_reviewer gives one.';
    ELSIF NOT v_active THEN
        RAISE EXCEPTION '% is no longer a reviewer', display_name
            USING ERRCODE = 'OC401', HINT = 'An operator makes a reviewer active again with review.add_reviewer.';
    END IF;
END
$$;

COMMENT ON FUNCTION review.session(bytea) IS 'The reviewer behind a token''s hash, while the token works.';
