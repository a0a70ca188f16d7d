-- identity.check_vessel: refuses a number that is no vessel's now.
--
-- Promises: nothing where an active entry is this vessel, else OC404. Reads identity.membership.
CREATE OR REPLACE FUNCTION identity.check_vessel(p_vessel_id bigint) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity.membership AS m WHERE m.vessel_id = p_vessel_id) THEN
        RAISE EXCEPTION 'there is no vessel %', coalesce(p_vessel_id::text, 'NULL')
            USING ERRCODE = 'OC404', HINT = 'A vessel has the number of its smallest entry: SELECT * FROM identity.membership.';
    END IF;
END
$$;

COMMENT ON FUNCTION identity.check_vessel(bigint) IS 'Refuses what is no vessel now.';
