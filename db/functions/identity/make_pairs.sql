-- identity.make_pairs: the pairs of the entries that identity.resolve works on.
--
-- Promises: identity.pair has every pair of a touched entry with another active one that shares a blocking key that is not
-- crowded and belongs to another source (or shares IMO or EU fleet number), or was judged, and that is worth keeping: its
-- probability reaches policy keep_posterior, or IMO numbers or judgements are involved. The entries at their other ends are
-- seeds, too. Part of identity.resolve, which holds the lock.
CREATE OR REPLACE FUNCTION identity.make_pairs() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_keep constant double precision := identity.policy_value('keep_posterior');
    v_a bigint[];
    v_b bigint[];
BEGIN
    SELECT array_agg(c.a), array_agg(c.b) INTO v_a, v_b
    FROM (
        SELECT k.entry_a AS a, k.entry_b AS b
        FROM identity.candidates(ARRAY(SELECT s.entry_id FROM pg_temp.resolving_touched AS s)) AS k
        UNION
        SELECT j.entry_a, j.entry_b FROM identity.judged AS j
        JOIN pg_temp.resolving_touched AS s ON s.entry_id IN (j.entry_a, j.entry_b)
    ) AS c;
    WITH made AS (
        INSERT INTO identity.pair (entry_a, entry_b, levels, weight, posterior, outcome, apart)
        SELECT w.entry_a, w.entry_b, w.levels, w.weight, w.posterior, 'different', w.apart
        FROM identity.weigh(v_a, v_b) AS w
        WHERE w.posterior >= v_keep OR w.levels[1] = 1
            OR EXISTS (SELECT FROM identity.judgement AS j WHERE j.entry_a = w.entry_a AND j.entry_b = w.entry_b)
        RETURNING entry_a, entry_b
    )
    INSERT INTO pg_temp.resolving_seed
    SELECT m.entry_a FROM made AS m UNION SELECT m.entry_b FROM made AS m
    ON CONFLICT DO NOTHING;
END
$$;

COMMENT ON FUNCTION identity.make_pairs() IS 'Part of identity.resolve: candidate pairs of the touched entries, compared and weighed.';
