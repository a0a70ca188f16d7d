-- identity.explain: why two entries are, or are not, one vessel.
--
-- Promises: a row for each comparison of which both say something: the two values, what that level of agreement is called,
-- and what it weighs; then the sum with the prior, what keeps them apart, what people judged, and the outcome. Entries
-- need not have met by a blocking key. OC404 for an entry that is not active. Reads; writes nothing.
CREATE OR REPLACE FUNCTION identity.explain(p_entry_a bigint, p_entry_b bigint)
RETURNS TABLE (step integer, comparison text, value_a text, value_b text, finding text, weight numeric)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    a identity.feature;
    b identity.feature;
    v_model constant identity.model := identity.model_in_force();
    v_pair record;
    v_shares double precision[];
    v_value_a text[];
    v_value_b text[];
    v_missing bigint := (
        SELECT min(e) FROM unnest(ARRAY[p_entry_a, p_entry_b]) AS e
        WHERE NOT EXISTS (SELECT FROM identity.feature AS f WHERE f.entry_id = e));
    v_same boolean;
BEGIN
    IF v_missing IS NOT NULL OR p_entry_a IS NULL OR p_entry_b IS NULL THEN
        RAISE EXCEPTION 'entry % is not active', coalesce(v_missing::text, 'NULL')
            USING ERRCODE = 'OC404', HINT = 'SELECT entry_id, vessel_id FROM identity.membership lists the active entries.';
    END IF;
    SELECT f.* INTO a FROM identity.feature AS f WHERE f.entry_id = p_entry_a;
    SELECT f.* INTO b FROM identity.feature AS f WHERE f.entry_id = p_entry_b;
    SELECT w.* INTO v_pair FROM identity.weigh(ARRAY[p_entry_a], ARRAY[p_entry_b]) AS w;
    v_shares := (SELECT c.shares FROM identity.compared((v_model).version, ARRAY[p_entry_a], ARRAY[p_entry_b]) AS c);
    v_value_a := identity.shown(a);
    v_value_b := identity.shown(b);
    RETURN QUERY
    SELECT n::integer, c, v_value_a[n], v_value_b[n],
        coalesce(k.label, 'level ' || v_pair.levels[n]) || CASE WHEN v_shares[n] IS NOT NULL THEN
            format('; %s entries in 10,000 have this value', round((v_shares[n] * 10000)::numeric, 1)) ELSE '' END,
        round((ln(k.m / coalesce(v_shares[n], k.u)) / ln(2.0))::numeric, 2)
    FROM unnest(identity.comparisons()) WITH ORDINALITY AS x (c, n)
    LEFT JOIN identity.weight AS k ON k.version = (v_model).version AND k.comparison = x.c AND k.level = v_pair.levels[n]
    WHERE v_pair.levels[n] > 0
    ORDER BY n;
    v_same := (SELECT count(DISTINCT m.vessel_id) = 1 AND count(*) = 2 FROM identity.membership AS m
        WHERE m.entry_id IN (p_entry_a, p_entry_b));
    RETURN QUERY
    SELECT s.step, s.comparison, NULL::text, NULL::text, s.finding, s.weight
    FROM (VALUES
        (90, 'prior', format('one pair in %s is one vessel', round((1 / (v_model).match_share)::numeric)),
            round((ln((v_model).match_share / (1 - (v_model).match_share)) / ln(2.0))::numeric, 2)),
        (91, 'sum', format('probability %s before others are considered (model %s)', round(v_pair.posterior::numeric, 4), (v_model).version),
            round((v_pair.weight + ln((v_model).match_share / (1 - (v_model).match_share)) / ln(2.0))::numeric, 2)),
        (92, 'apart', v_pair.apart, NULL),
        (93, 'judgement', (
            SELECT format('%s, by %s on %s%s', j.verdict, j.judged_by, j.judged_at::date, coalesce(': ' || j.note, ''))
            FROM identity.judged AS j
            WHERE j.entry_a = least(p_entry_a, p_entry_b) AND j.entry_b = greatest(p_entry_a, p_entry_b)), NULL),
        (94, 'outcome', CASE WHEN v_same THEN 'one vessel' ELSE coalesce((
            SELECT CASE p.outcome WHEN 'undecided' THEN 'undecided: a person is asked' ELSE 'two vessels' END FROM identity.pair AS p
            WHERE p.entry_a = least(p_entry_a, p_entry_b) AND p.entry_b = greatest(p_entry_a, p_entry_b)), 'two vessels') END, NULL)
    ) AS s (step, comparison, finding, weight)
    WHERE s.finding IS NOT NULL
    ORDER BY s.step;
END
$$;

COMMENT ON FUNCTION identity.explain(bigint, bigint) IS
    'Why two entries are one vessel or two, comparison by comparison: SELECT * FROM identity.explain(3, 17).';
