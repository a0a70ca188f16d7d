-- identity.index_entries: features and blocking keys of entries.
--
-- Promises: identity.feature and identity.block have of each given entry what its evidence says, and nothing of an entry
-- without evidence. Part of identity.resolve and identity.estimate_weights, which hold the lock.
CREATE OR REPLACE FUNCTION identity.index_entries(p_entry_ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = error  -- ANALYZE is skipped for who may not, which is said as a warning
AS $$
BEGIN
    DELETE FROM identity.feature AS f WHERE f.entry_id = ANY (p_entry_ids);
    DELETE FROM identity.block AS b WHERE b.entry_id = ANY (p_entry_ids);
    WITH made AS (
        INSERT INTO identity.feature SELECT * FROM identity.features_of(p_entry_ids) RETURNING feature
    )
    INSERT INTO identity.block (block_key, entry_id, source_id)
    SELECT k.block_key, (m.feature).entry_id, (m.feature).source_id
    FROM made AS m CROSS JOIN LATERAL identity.block_keys(m.feature) AS k (block_key);
    IF cardinality(p_entry_ids) > 1000 THEN
        ANALYZE identity.feature, identity.block;
    END IF;
END
$$;

COMMENT ON FUNCTION identity.index_entries(bigint[]) IS 'Part of identity.resolve: features and blocking keys of entries.';
