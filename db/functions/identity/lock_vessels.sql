-- identity.lock_vessels: the locks under which vessels change, in the order that promotion takes them.
--
-- Promises: holds promotion's lock on curated (where it is deployed) and then that of identity.resolve to the end of the
-- transaction. May be called again.
CREATE OR REPLACE FUNCTION identity.lock_vessels() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regprocedure('promote.lock_curated()') IS NOT NULL THEN
        PERFORM promote.lock_curated();
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.identity.resolve'));
END
$$;

COMMENT ON FUNCTION identity.lock_vessels() IS 'Locks under which vessels change: promotion''s first, then identity''s.';
