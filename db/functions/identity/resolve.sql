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
    PERFORM identity.make_pairs();
    PERFORM identity.cluster();

    RETURN QUERY
    WITH change AS (
        SELECT s.entry_id, h.vessel_id AS was, n.cluster AS becomes
        FROM pg_temp.resolving_seed AS s
        LEFT JOIN identity.membership AS h USING (entry_id)
        LEFT JOIN pg_temp.resolving_node AS n USING (entry_id)
        WHERE h.vessel_id IS DISTINCT FROM n.cluster
    ), gone AS (
        DELETE FROM identity.membership AS m USING change AS c WHERE m.entry_id = c.entry_id AND c.becomes IS NULL
    ), written AS (
        INSERT INTO identity.membership (entry_id, vessel_id)
        SELECT c.entry_id, c.becomes FROM change AS c WHERE c.becomes IS NOT NULL
        ON CONFLICT ON CONSTRAINT membership_pkey DO UPDATE SET vessel_id = excluded.vessel_id
    )
    SELECT c.entry_id, c.was, c.becomes FROM change AS c ORDER BY c.entry_id;
END
$$;

COMMENT ON FUNCTION identity.resolve(bigint[]) IS
    'Decides anew which vessels these entries are: SELECT * FROM identity.resolve(ARRAY[1, 2]). Returns what changed.';
