-- identity.candidates: the pairs in which entries meet by a blocking key.
--
-- Promises: each pair (smaller entry first) of one of the given entries and another active entry that share a key which is
-- not crowded, once; of two sources, or sharing IMO or EU fleet number. Reads identity.block and identity.crowded_block.
CREATE OR REPLACE FUNCTION identity.candidates(p_entry_ids bigint[]) RETURNS TABLE (entry_a bigint, entry_b bigint)
LANGUAGE sql STABLE ROWS 10000
BEGIN ATOMIC
    SELECT DISTINCT least(t.entry_id, o.entry_id), greatest(t.entry_id, o.entry_id)
    FROM unnest(p_entry_ids) AS s (entry_id)
    JOIN identity.block AS t ON t.entry_id = s.entry_id
    JOIN identity.block AS o ON o.block_key = t.block_key AND o.entry_id <> t.entry_id
    WHERE (o.source_id <> t.source_id OR t.block_key LIKE 'imo:%' OR t.block_key LIKE 'cfr:%')
        AND NOT EXISTS (SELECT FROM identity.crowded_block AS c WHERE c.block_key = t.block_key);
END;

COMMENT ON FUNCTION identity.candidates(bigint[]) IS 'Pairs in which these entries meet others by a blocking key.';
