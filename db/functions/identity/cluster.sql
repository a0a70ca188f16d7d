-- identity.cluster: which of the entries that identity.resolve works on are one vessel.
--
-- Promises: resolving_seed grows to whole components of candidate pairs; resolving_node says the vessel of each active
-- entry in them; identity.pair.outcome says what became of each pair. Vessels grow from single entries, round by round:
-- two join where each is the likeliest partner of the other, nothing keeps any two of their entries apart, and the
-- probability that it is this partner and no other entry of the same source reaches policy same_posterior. What people
-- judged same joins before everything else, and what they judged different never does. Part of identity.resolve, which
-- holds the lock.
CREATE OR REPLACE FUNCTION identity.cluster() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_same constant double precision := identity.policy_value('same_posterior');
    v_undecided constant double precision := identity.policy_value('undecided_posterior');
    v_prior constant double precision := (identity.model_in_force()).match_share;
    v_found bigint;
BEGIN
    LOOP
        INSERT INTO pg_temp.resolving_seed
        SELECT p.entry_b FROM pg_temp.resolving_seed AS s JOIN identity.pair AS p ON p.entry_a = s.entry_id
        UNION
        SELECT p.entry_a FROM pg_temp.resolving_seed AS s JOIN identity.pair AS p ON p.entry_b = s.entry_id
        ON CONFLICT DO NOTHING;
        EXIT WHEN NOT FOUND;
    END LOOP;

    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_node (
        entry_id bigint PRIMARY KEY, source_id integer, cluster bigint) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_link (
        entry_a bigint, entry_b bigint, odds double precision, forced boolean, PRIMARY KEY (entry_a, entry_b)) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_bar (
        entry_a bigint, entry_b bigint, PRIMARY KEY (entry_a, entry_b)) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_edge (
        cluster_a bigint, cluster_b bigint, odds double precision, forced boolean, chance double precision,
        PRIMARY KEY (cluster_a, cluster_b)) ON COMMIT DROP;
    TRUNCATE pg_temp.resolving_node, pg_temp.resolving_link, pg_temp.resolving_bar, pg_temp.resolving_edge;
    INSERT INTO pg_temp.resolving_node
    SELECT f.entry_id, f.source_id, f.entry_id FROM pg_temp.resolving_seed AS s JOIN identity.feature AS f USING (entry_id);
    INSERT INTO pg_temp.resolving_link
    SELECT p.entry_a, p.entry_b, CASE WHEN j.verdict = 'same' THEN 1e60 ELSE
            v_prior / (1 - v_prior) * power(2.0, least(greatest(p.weight, -100), 150)) END,
        j.verdict IS NOT DISTINCT FROM 'same'
    FROM pg_temp.resolving_node AS n
    JOIN identity.pair AS p ON p.entry_a = n.entry_id
    LEFT JOIN identity.judged AS j ON j.entry_a = p.entry_a AND j.entry_b = p.entry_b
    WHERE coalesce(j.verdict = 'same', p.apart IS NULL AND j.verdict IS NULL);
    INSERT INTO pg_temp.resolving_bar
    SELECT j.entry_a, j.entry_b FROM identity.judged AS j
    JOIN pg_temp.resolving_node AS n ON n.entry_id = j.entry_a WHERE j.verdict = 'different';
    ANALYZE pg_temp.resolving_node, pg_temp.resolving_link;

    LOOP
        PERFORM identity.cluster_edges();
        v_found := identity.cluster_join(v_same);
        EXIT WHEN v_found = 0;
    END LOOP;

    UPDATE identity.pair AS p
    SET outcome = d.outcome
    FROM (
        SELECT x.entry_a, x.entry_b, CASE WHEN na.cluster = nb.cluster THEN 'same'
            WHEN e.chance >= v_undecided AND l.odds / (1 + l.odds) >= v_undecided THEN 'undecided' ELSE 'different' END AS outcome
        FROM pg_temp.resolving_node AS na
        JOIN identity.pair AS x ON x.entry_a = na.entry_id
        JOIN pg_temp.resolving_node AS nb ON nb.entry_id = x.entry_b
        LEFT JOIN pg_temp.resolving_link AS l ON l.entry_a = x.entry_a AND l.entry_b = x.entry_b
        LEFT JOIN pg_temp.resolving_edge AS e
            ON e.cluster_a = least(na.cluster, nb.cluster) AND e.cluster_b = greatest(na.cluster, nb.cluster)
    ) AS d
    WHERE p.entry_a = d.entry_a AND p.entry_b = d.entry_b AND p.outcome <> d.outcome;
END
$$;

COMMENT ON FUNCTION identity.cluster() IS 'Part of identity.resolve: joins entries into vessels, component by component.';
