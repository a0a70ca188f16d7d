-- identity.compared: pairs of entries compared, with the frequency of what they agree in.
--
-- Promises: a row for each given pair (element n of both arrays) whose entries have features: sources, levels, why the two
-- are apart, and for each comparison the share of the value agreed in (identity.term of p_version), NULL where none is
-- known. Reads identity.feature and identity.term.
CREATE OR REPLACE FUNCTION identity.compared(p_version integer, p_a bigint[], p_b bigint[])
RETURNS TABLE (
    entry_a bigint, entry_b bigint, source_a integer, source_b integer, levels smallint[], shares double precision[], apart text
)
LANGUAGE sql STABLE ROWS 10000
BEGIN ATOMIC
    SELECT g.entry_a, g.entry_b, (g.a).source_id, (g.b).source_id, g.levels,
        ARRAY[NULL, tm.share, ti.share, NULL, NULL, NULL, tn.share, tf.share, th.share, NULL, NULL],
        identity.apart_reason(g.a, g.b, g.levels)
    FROM (
        SELECT c.entry_a, c.entry_b, a, b, identity.agreement(a, b) AS levels
        FROM unnest(p_a, p_b) AS c (entry_a, entry_b)
        JOIN identity.feature AS a ON a.entry_id = c.entry_a
        JOIN identity.feature AS b ON b.entry_id = c.entry_b
        OFFSET 0
    ) AS g
    LEFT JOIN identity.term AS tm
        ON tm.version = p_version AND tm.kind = 'mmsi' AND tm.term = (g.a).mmsi AND g.levels[2] % 10 = 1
    LEFT JOIN identity.term AS ti
        ON ti.version = p_version AND ti.kind = 'ircs' AND ti.term = (g.a).ircs AND g.levels[3] % 10 = 1
    LEFT JOIN identity.term AS tn
        ON tn.version = p_version AND tn.kind = 'name' AND tn.term = (g.a).name_key AND g.levels[7] % 10 = 1
    LEFT JOIN identity.term AS tf
        ON tf.version = p_version AND tf.kind = 'flag' AND tf.term = (g.a).flag AND g.levels[8] = 1
    LEFT JOIN identity.term AS th
        ON th.version = p_version AND th.kind = 'hull' AND th.term = identity.hull_term(g.a) AND g.levels[9] = 1;
END;

COMMENT ON FUNCTION identity.compared(integer, bigint[], bigint[]) IS
    'Compares pairs of entries, level by level, with the frequency of what they agree in.';
