-- identity.adopt: a model is in force, and all active entries are decided by it.
--
-- Promises: as identity.resolve for all active entries, by the weights of this version; by those in force where it is NULL, which
-- is what a changed policy row needs. Returns what changed: the caller hands it on as after identity.resolve. OC404 where there is
-- no such version. Takes the lock of identity.resolve.
CREATE OR REPLACE FUNCTION identity.adopt(p_version integer DEFAULT NULL)
RETURNS TABLE (entry_id bigint, old_vessel_id bigint, new_vessel_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.identity.resolve'));
    IF p_version IS NOT NULL THEN
        UPDATE identity.model AS m SET adopted_at = clock_timestamp() WHERE m.version = p_version;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no model %', p_version
                USING ERRCODE = 'OC404', HINT = 'SELECT version, description FROM identity.model lists them.';
        END IF;
    END IF;
    PERFORM identity.prepare(ARRAY(SELECT f.entry_id FROM identity.feature AS f), p_indexed => true);
    RETURN QUERY SELECT * FROM identity.decide();
END
$$;

COMMENT ON FUNCTION identity.adopt(integer) IS
    'Puts a model in force and decides all entries by it: SELECT * FROM identity.adopt(identity.estimate_weights()).';
