-- identity.weigh: pairs of entries compared and weighed by the model in force.
--
-- Promises: a row for each given pair (element n of both arrays) whose entries have features: the levels, the weight, the
-- probability before anybody else is considered, and why the two are apart. Reads identity.feature, the model and its terms.
CREATE OR REPLACE FUNCTION identity.weigh(p_a bigint[], p_b bigint[])
RETURNS TABLE (entry_a bigint, entry_b bigint, levels smallint[], weight double precision, posterior double precision, apart text)
LANGUAGE plpgsql STABLE ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_model constant identity.model := identity.model_in_force();
    v_w constant double precision[] := identity.weight_array((v_model).version);
    v_rarest constant double precision := 1.0 / greatest((v_model).entries, 1);
    v_name_u double precision;
    v_hull_u double precision;
    v_flag_u double precision;
BEGIN
    -- u of the levels whose weight depends on the very value; NULL: it does not
    SELECT max(w.u) FILTER (WHERE w.comparison = 'name'), max(w.u) FILTER (WHERE w.comparison = 'hull'),
        max(w.u) FILTER (WHERE w.comparison = 'flag')
    INTO v_name_u, v_hull_u, v_flag_u
    FROM identity.weight AS w WHERE w.version = (v_model).version AND w.by_frequency AND w.level = 1;
    RETURN QUERY
    SELECT s.entry_a, s.entry_b, s.levels, s.weight, identity.probability(s.weight, (v_model).match_share), s.apart
    FROM (
        SELECT g.entry_a, g.entry_b, g.levels,
            v_w[1 + g.levels[1]] + v_w[11 + g.levels[2]] + v_w[21 + g.levels[3]] + v_w[31 + g.levels[4]] + v_w[41 + g.levels[5]]
            + v_w[51 + g.levels[6]] + v_w[61 + g.levels[7]] + v_w[71 + g.levels[8]] + v_w[81 + g.levels[9]]
            + v_w[91 + g.levels[10]] + v_w[101 + g.levels[11]]
            + CASE WHEN g.levels[7] = 1 AND v_name_u IS NOT NULL THEN ln(v_name_u / coalesce(tn.share, v_rarest)) / ln(2.0) ELSE 0 END
            + CASE WHEN g.levels[8] = 1 AND v_flag_u IS NOT NULL THEN ln(v_flag_u / coalesce(tf.share, v_rarest)) / ln(2.0) ELSE 0 END
            + CASE WHEN g.levels[9] = 1 AND v_hull_u IS NOT NULL THEN ln(v_hull_u / coalesce(th.share, v_rarest)) / ln(2.0) ELSE 0 END
            AS weight,
            identity.apart_reason(g.a, g.b, g.levels) AS apart
        FROM (
            SELECT c.entry_a, c.entry_b, a, b, identity.agreement(a, b) AS levels
            FROM unnest(p_a, p_b) AS c (entry_a, entry_b)
            JOIN identity.feature AS a ON a.entry_id = c.entry_a
            JOIN identity.feature AS b ON b.entry_id = c.entry_b
            OFFSET 0
        ) AS g
        LEFT JOIN identity.term AS tn
            ON tn.version = (v_model).version AND tn.kind = 'name' AND tn.term = (g.a).name_key AND g.levels[7] = 1
        LEFT JOIN identity.term AS tf
            ON tf.version = (v_model).version AND tf.kind = 'flag' AND tf.term = (g.a).flag AND g.levels[8] = 1
        LEFT JOIN identity.term AS th
            ON th.version = (v_model).version AND th.kind = 'hull' AND th.term = identity.hull_term(g.a) AND g.levels[9] = 1
    ) AS s;
END
$$;

COMMENT ON FUNCTION identity.weigh(bigint[], bigint[]) IS
    'Compares and weighs pairs of entries: SELECT * FROM identity.weigh(ARRAY[1], ARRAY[7]).';
