-- review.policy_value: a policy of the review by its name.
--
-- Promises: the value, or OC404 where there is no such policy. Reads review.policy, locks nothing.
CREATE OR REPLACE FUNCTION review.policy_value(p_name text) RETURNS numeric
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value numeric := (SELECT p.value FROM review.policy AS p WHERE p.name = p_name);
BEGIN
    IF v_value IS NULL THEN
        RAISE EXCEPTION 'there is no policy %', p_name
            USING ERRCODE = 'OC404', HINT = 'SELECT name, value, description FROM review.policy lists them.';
    END IF;
    RETURN v_value;
END
$$;

COMMENT ON FUNCTION review.policy_value(text) IS 'Value of a policy row.';
