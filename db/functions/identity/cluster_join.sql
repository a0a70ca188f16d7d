-- identity.cluster_join: one round of identity.cluster.
--
-- Promises: vessels that are each other's likeliest partner, with a chance of at least p_same, are joined, unless two of
-- their entries, never compared before, turn out to be apart: then a bar is remembered. Returns joins and new bars
-- together; 0: the end. Part of identity.resolve.
CREATE OR REPLACE FUNCTION identity.cluster_join(p_same double precision) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_bars bigint;
    v_joins bigint;
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS resolving_join (
        cluster_a bigint PRIMARY KEY, cluster_b bigint UNIQUE, forced boolean) ON COMMIT DROP;
    TRUNCATE pg_temp.resolving_join;
    WITH way AS (
        SELECT e.cluster_a AS here, e.cluster_b AS there, e.odds, e.chance, e.forced FROM pg_temp.resolving_edge AS e
        UNION ALL
        SELECT e.cluster_b, e.cluster_a, e.odds, e.chance, e.forced FROM pg_temp.resolving_edge AS e
    ), best AS (
        SELECT DISTINCT ON (w.here) w.here, w.there, w.chance, w.forced FROM way AS w
        ORDER BY w.here, w.odds DESC, least(w.here, w.there), greatest(w.here, w.there)
    )
    INSERT INTO pg_temp.resolving_join
    SELECT a.here, a.there, a.forced
    FROM best AS a JOIN best AS b ON b.here = a.there AND b.there = a.here
    WHERE a.here < a.there AND (a.chance >= p_same OR a.forced);

    WITH met AS (
        SELECT array_agg(least(x.entry_id, y.entry_id)) AS a, array_agg(greatest(x.entry_id, y.entry_id)) AS b
        FROM pg_temp.resolving_join AS j
        JOIN pg_temp.resolving_node AS x ON x.cluster = j.cluster_a
        JOIN pg_temp.resolving_node AS y ON y.cluster = j.cluster_b
        WHERE NOT j.forced AND NOT EXISTS (
            SELECT FROM pg_temp.resolving_link AS l
            WHERE l.entry_a = least(x.entry_id, y.entry_id) AND l.entry_b = greatest(x.entry_id, y.entry_id))
    ), barred AS (
        INSERT INTO pg_temp.resolving_bar
        SELECT w.entry_a, w.entry_b FROM met AS m CROSS JOIN LATERAL identity.weigh(m.a, m.b) AS w WHERE w.apart IS NOT NULL
        RETURNING entry_a, entry_b
    ), broken AS (
        DELETE FROM pg_temp.resolving_join AS j
        USING barred AS x, pg_temp.resolving_node AS a, pg_temp.resolving_node AS b
        WHERE a.entry_id = x.entry_a AND b.entry_id = x.entry_b
            AND least(a.cluster, b.cluster) = j.cluster_a AND greatest(a.cluster, b.cluster) = j.cluster_b
    )
    SELECT count(*) INTO v_bars FROM barred;
    UPDATE pg_temp.resolving_node AS n SET cluster = j.cluster_a
    FROM pg_temp.resolving_join AS j WHERE n.cluster = j.cluster_b;
    GET DIAGNOSTICS v_joins = ROW_COUNT;
    RETURN v_bars + v_joins;
END
$$;

COMMENT ON FUNCTION identity.cluster_join(double precision) IS 'Part of identity.resolve: one round of joining.';
