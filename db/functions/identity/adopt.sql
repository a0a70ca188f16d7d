-- identity.adopt: a model is in force, and all active entries are decided by it.
--
-- Promises: as identity.resolve for all active entries, by the weights of this version; by those in force where it is
-- NULL, which is what a changed policy row needs. Returns what moved; promotion has refreshed it. OC404 where there is no
-- such version. Takes the locks of identity.lock_vessels.
CREATE OR REPLACE FUNCTION identity.adopt(p_version integer DEFAULT NULL)
RETURNS TABLE (entry_id bigint, old_vessel_id bigint, new_vessel_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_moved bigint[];
    v_was bigint[];
    v_is bigint[];
BEGIN
    PERFORM identity.lock_vessels();
    IF p_version IS NOT NULL THEN
        UPDATE identity.model AS m SET adopted_at = clock_timestamp() WHERE m.version = p_version;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no model %', p_version
                USING ERRCODE = 'OC404', HINT = 'SELECT version, description FROM identity.model lists them.';
        END IF;
    END IF;
    PERFORM identity.prepare(ARRAY(SELECT f.entry_id FROM identity.feature AS f), p_indexed => true);
    SELECT array_agg(r.entry_id), array_agg(r.old_vessel_id), array_agg(r.new_vessel_id) INTO v_moved, v_was, v_is
    FROM identity.decide() AS r;
    PERFORM identity.hand_on(v_moved);
    RETURN QUERY SELECT * FROM unnest(v_moved, v_was, v_is);
END
$$;

COMMENT ON FUNCTION identity.adopt(integer) IS
    'Puts a model in force and decides all entries by it: SELECT * FROM identity.adopt(identity.estimate_weights()).';
