-- identity.policy_value: a policy of identity by its name.
--
-- Promises: the value, or OC404 where there is no such policy. Reads identity.policy, locks nothing.
CREATE OR REPLACE FUNCTION identity.policy_value(p_name text) RETURNS double precision
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value double precision := (SELECT p.value FROM identity.policy AS p WHERE p.name = p_name);
BEGIN
    IF v_value IS NULL THEN
        RAISE EXCEPTION 'there is no policy %', p_name
            USING ERRCODE = 'OC404', HINT = 'SELECT name, value, description FROM identity.policy lists them.';
    END IF;
    RETURN v_value;
END
$$;

COMMENT ON FUNCTION identity.policy_value(text) IS 'Value of a policy row.';
