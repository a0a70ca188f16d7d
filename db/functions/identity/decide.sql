-- identity.decide: pairs, vessels and memberships of the entries that identity.prepare made ready.
--
-- Promises: writes identity.pair, identity.membership and review items, and returns what changed, as identity.resolve
-- says. Part of identity.resolve and identity.adopt, which hold the lock.
CREATE OR REPLACE FUNCTION identity.decide()
RETURNS TABLE (entry_id bigint, old_vessel_id bigint, new_vessel_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    PERFORM identity.make_pairs();
    PERFORM identity.cluster();
    PERFORM identity.ask();

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

COMMENT ON FUNCTION identity.decide() IS 'Part of identity.resolve: makes pairs, joins entries, writes memberships.';
