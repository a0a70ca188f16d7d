-- identity.resolve: memberships follow the evidence of these entries.
--
-- Promises: after it identity.membership is what evidence, model in force, judgements and policy make of the active entries,
-- whatever order they came in; returns the entries whose vessel changed (NULL: was or is not active). Only these entries, and
-- those connected with them by candidate pairs before or after, are looked at. A vessel has the number of its smallest entry.
-- One transaction at a time resolves: takes the advisory lock hashtext('oceanid.identity.resolve') to its end. Call it in the
-- transaction that changed identity.evidence, after promotion's own locks. May run again: then it returns nothing.
CREATE OR REPLACE FUNCTION identity.resolve(p_entry_ids bigint[])
RETURNS TABLE (entry_id bigint, old_vessel_id bigint, new_vessel_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.identity.resolve'));
    PERFORM identity.prepare(p_entry_ids);
    RETURN QUERY SELECT * FROM identity.decide();
END
$$;

COMMENT ON FUNCTION identity.resolve(bigint[]) IS
    'Decides anew which vessels these entries are: SELECT * FROM identity.resolve(ARRAY[1, 2]). Returns what changed.';
