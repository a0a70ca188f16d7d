-- identity.take_effect: judgements about entries reach memberships, and what is kept by vessel.
--
-- Promises: identity.resolve of these entries, and promotion has refreshed all that moved (where it is deployed); returns
-- what moved. The caller holds identity.lock_vessels.
CREATE OR REPLACE FUNCTION identity.take_effect(p_entry_ids bigint[])
RETURNS TABLE (entry_id bigint, old_vessel_id bigint, new_vessel_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_moved bigint[];
    v_was bigint[];
    v_is bigint[];
BEGIN
    SELECT array_agg(r.entry_id), array_agg(r.old_vessel_id), array_agg(r.new_vessel_id) INTO v_moved, v_was, v_is
    FROM identity.resolve(p_entry_ids) AS r;
    PERFORM identity.hand_on(v_moved);
    RETURN QUERY SELECT * FROM unnest(v_moved, v_was, v_is);
END
$$;

COMMENT ON FUNCTION identity.take_effect(bigint[]) IS 'Judgements about these entries take effect; returns what moved.';
