-- stage.upload_limit: one row of stage.limits.
--
-- Promises: its value; OC404 where the row is not there. Reads stage.limits, locks nothing.
CREATE OR REPLACE FUNCTION stage.upload_limit(p_name text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value bigint;
BEGIN
    SELECT l.value INTO v_value FROM stage.limits AS l WHERE l.name = p_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stage.limits has no %', p_name
            USING ERRCODE = 'OC404', HINT = '`oceanid migrate` loads the shipped limits.';
    END IF;
    RETURN v_value;
END
$$;

COMMENT ON FUNCTION stage.upload_limit(text) IS 'Value of a row of stage.limits.';
