-- identity.prepare: features and blocks of the entries that identity.resolve was given, and whom they may concern.
--
-- Promises: identity.feature, identity.block and identity.crowded_block follow identity.evidence; resolving_touched holds
-- the entries whose pairs must be made anew (those given, and those in a block that became crowded or is no longer),
-- resolving_seed these with all that they were paired or one vessel with. p_indexed: features and blocks are as they
-- should be already. Temporary tables, for identity.resolve alone; it holds the lock.
CREATE OR REPLACE FUNCTION identity.prepare(p_entry_ids bigint[], p_indexed boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_limit constant integer := identity.policy_value('block_limit');
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_touched (entry_id bigint PRIMARY KEY) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_seed (entry_id bigint PRIMARY KEY) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_block (block_key text PRIMARY KEY) ON COMMIT DROP;
    TRUNCATE pg_temp.resolving_touched, pg_temp.resolving_seed, pg_temp.resolving_block;
    INSERT INTO pg_temp.resolving_touched SELECT DISTINCT e FROM unnest(p_entry_ids) AS e WHERE e IS NOT NULL;
    ANALYZE pg_temp.resolving_touched;

    INSERT INTO pg_temp.resolving_block (block_key)
    SELECT DISTINCT b.block_key FROM identity.block AS b JOIN pg_temp.resolving_touched USING (entry_id);
    IF NOT p_indexed THEN
        PERFORM identity.index_entries(p_entry_ids);
    END IF;
    INSERT INTO pg_temp.resolving_block (block_key)
    SELECT DISTINCT b.block_key FROM identity.block AS b JOIN pg_temp.resolving_touched USING (entry_id)
    ON CONFLICT DO NOTHING;
    ANALYZE pg_temp.resolving_block;
    WITH crowd AS (
        SELECT m.block_key FROM pg_temp.resolving_block AS b JOIN identity.block AS m USING (block_key)
        GROUP BY m.block_key HAVING count(*) > v_limit
    ), filled AS (
        INSERT INTO identity.crowded_block SELECT c.block_key FROM crowd AS c ON CONFLICT DO NOTHING RETURNING block_key
    ), thinned AS (
        DELETE FROM identity.crowded_block AS o USING pg_temp.resolving_block AS b
        WHERE o.block_key = b.block_key AND NOT EXISTS (SELECT FROM crowd AS c WHERE c.block_key = b.block_key)
        RETURNING o.block_key
    )
    INSERT INTO pg_temp.resolving_touched
    SELECT m.entry_id
    FROM (SELECT f.block_key FROM filled AS f UNION SELECT n.block_key FROM thinned AS n) AS x
    JOIN identity.block AS m USING (block_key)
    ON CONFLICT DO NOTHING;
    ANALYZE pg_temp.resolving_touched;

    INSERT INTO pg_temp.resolving_seed
    SELECT t.entry_id FROM pg_temp.resolving_touched AS t
    UNION
    SELECT p.entry_b FROM identity.pair AS p JOIN pg_temp.resolving_touched AS t ON t.entry_id = p.entry_a
    UNION
    SELECT p.entry_a FROM identity.pair AS p JOIN pg_temp.resolving_touched AS t ON t.entry_id = p.entry_b
    UNION
    SELECT o.entry_id
    FROM identity.membership AS m
    JOIN pg_temp.resolving_touched AS t USING (entry_id)
    JOIN identity.membership AS o USING (vessel_id);
    DELETE FROM identity.pair AS p USING pg_temp.resolving_touched AS t WHERE p.entry_a = t.entry_id;
    DELETE FROM identity.pair AS p USING pg_temp.resolving_touched AS t WHERE p.entry_b = t.entry_id;
END
$$;

COMMENT ON FUNCTION identity.prepare(bigint[], boolean) IS 'Part of identity.resolve: features, blocks, and the entries concerned.';
