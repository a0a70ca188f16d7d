-- identity.cluster_edges: how likely any two of the vessels that identity.cluster grows are one.
--
-- Promises: resolving_edge has the pairs of vessels between which a link is left and no bar stands (two entries of one
-- source, a judgement, entries apart), with the odds of the best link, and the chance that it is this one of all vessels
-- that have an entry of the same source: the one-to-one margin. Part of identity.resolve.
CREATE OR REPLACE FUNCTION identity.cluster_edges() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    TRUNCATE pg_temp.resolving_edge;
    INSERT INTO pg_temp.resolving_edge (cluster_a, cluster_b, odds, forced)
    SELECT least(a.cluster, b.cluster), greatest(a.cluster, b.cluster), max(l.odds), bool_or(l.forced)
    FROM pg_temp.resolving_link AS l
    JOIN pg_temp.resolving_node AS a ON a.entry_id = l.entry_a
    JOIN pg_temp.resolving_node AS b ON b.entry_id = l.entry_b
    WHERE a.cluster <> b.cluster
    GROUP BY 1, 2;
    DELETE FROM pg_temp.resolving_edge AS e
    WHERE EXISTS (
        SELECT FROM pg_temp.resolving_bar AS x
        JOIN pg_temp.resolving_node AS a ON a.entry_id = x.entry_a
        JOIN pg_temp.resolving_node AS b ON b.entry_id = x.entry_b
        WHERE least(a.cluster, b.cluster) = e.cluster_a AND greatest(a.cluster, b.cluster) = e.cluster_b);
    DELETE FROM pg_temp.resolving_edge AS e
    USING pg_temp.resolving_node AS a, pg_temp.resolving_node AS b
    WHERE a.cluster = e.cluster_a AND b.cluster = e.cluster_b AND a.source_id = b.source_id AND NOT e.forced
        -- entries of one source join only by a link of their own
        AND NOT EXISTS (
            SELECT FROM pg_temp.resolving_link AS l
            WHERE l.entry_a = least(a.entry_id, b.entry_id) AND l.entry_b = greatest(a.entry_id, b.entry_id));
    WITH source AS (
        SELECT DISTINCT n.cluster, n.source_id FROM pg_temp.resolving_node AS n
    ), way AS (
        SELECT e.cluster_a AS here, e.cluster_b AS there, e.odds FROM pg_temp.resolving_edge AS e
        UNION ALL
        SELECT e.cluster_b, e.cluster_a, e.odds FROM pg_temp.resolving_edge AS e
    ), choice AS (
        SELECT w.here, s.source_id, sum(w.odds) AS odds
        FROM way AS w JOIN source AS s ON s.cluster = w.there
        GROUP BY w.here, s.source_id
    ), rival AS (
        SELECT w.here, w.there, max(c.odds) AS odds
        FROM way AS w JOIN source AS s ON s.cluster = w.there JOIN choice AS c ON c.here = w.here AND c.source_id = s.source_id
        GROUP BY w.here, w.there
    )
    UPDATE pg_temp.resolving_edge AS e
    SET chance = e.odds / (1 + greatest(there.odds, here.odds))
    FROM rival AS there, rival AS here
    WHERE there.here = e.cluster_a AND there.there = e.cluster_b AND here.here = e.cluster_b AND here.there = e.cluster_a;
END
$$;

COMMENT ON FUNCTION identity.cluster_edges() IS 'Part of identity.resolve: links between the vessels of this round.';
