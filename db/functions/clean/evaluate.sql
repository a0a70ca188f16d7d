-- clean.evaluate: cleans the values in pg_temp.work_value by the rules of a source; results in pg_temp.work_result.
--
-- Promises: one row a part, with the rules that changed it and the validators' verdicts. A rule that rewrites text
-- (kind replace) may make another apply, so values that one rewrote go through the chain again, three passes at most.
-- p_candidate joins the rules (see clean.rules_in_force). Writes only temporary tables; may run many times.
CREATE OR REPLACE FUNCTION clean.evaluate(p_source_type text, p_source_name text, p_candidate jsonb DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind text;
    v_query text;
    v_rewriting integer[];
BEGIN
    PERFORM clean.split_parts();
    FOR v_kind IN
        SELECT DISTINCT r.kind
        FROM stage.readings AS r
        WHERE r.reading_id IN (SELECT w.reading_id FROM pg_temp.work_value AS w)
    LOOP
        v_query := clean.chain_sql(v_kind, p_source_type, p_source_name, p_candidate);
        EXECUTE 'INSERT INTO pg_temp.work_result (value_id, part_no, text, chain, checks) ' || v_query;
        v_rewriting := ARRAY(
            SELECT r.rule_id FROM clean.rules_in_force(v_kind, p_source_type, p_source_name, p_candidate) AS r
            WHERE r.kind = 'replace');
        FOR v_pass IN 2..3 LOOP
            EXIT WHEN v_rewriting = '{}';
            EXIT WHEN NOT clean.pass_again(v_kind, v_query, v_rewriting);
        END LOOP;
    END LOOP;
    PERFORM clean.apply_corrections();
    -- what was there before a part was found to be a placeholder is the placeholder itself
    UPDATE pg_temp.work_result AS w SET chain = w.chain || 1
    FROM pg_temp.work_null AS n
    WHERE n.value_id = w.value_id AND n.part_no = w.part_no AND NOT (2 = ANY (w.chain));
END
$$;

COMMENT ON FUNCTION clean.evaluate(text, text, jsonb) IS 'One round of cleaning over the values at hand.';
