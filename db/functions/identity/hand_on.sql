-- identity.hand_on: promotion is told which entries moved from vessel to vessel.
--
-- Promises: promote.refresh_entries for them, where it is deployed and there are any. The caller holds identity.lock_vessels.
CREATE OR REPLACE FUNCTION identity.hand_on(p_entry_ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_entry_ids <> '{}' AND to_regprocedure('promote.refresh_entries(bigint[])') IS NOT NULL THEN
        PERFORM promote.refresh_entries(p_entry_ids);
    END IF;
END
$$;

COMMENT ON FUNCTION identity.hand_on(bigint[]) IS 'Tells promotion which entries moved.';
