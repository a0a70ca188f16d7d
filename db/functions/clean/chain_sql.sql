-- clean.chain_sql: the rules of one kind and source, compiled into one query over pg_temp.work_part.
--
-- Promises: a SELECT of (value_id, part_no, text, chain, checks): every rule is one nested subquery that evaluates its
-- expression once a value (OFFSET 0 keeps the planner from merging, and so repeating, them); chain lists the rules that
-- changed the text, checks the validators: +id where it holds, −id where it does not. Only functions clean.<name> that
-- exist with the stated signature are called; patterns are quoted literals, so a rule row can inject nothing.
-- Raises OC001 where a rule names no such function. Reads the rules and the catalog, locks nothing.
CREATE OR REPLACE FUNCTION clean.chain_sql(
    p_kind text, p_source_type text, p_source_name text, p_candidate jsonb DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_rule stage.cleaning_rules;
    v_query text := format(
        'SELECT p.value_id, p.part_no, r.reading, r.field, r.minimum, r.maximum,'
        ' CASE WHEN n.value_id IS NULL THEN p.text END AS x0'
        ' FROM pg_temp.work_part AS p'
        ' JOIN (SELECT s.reading_id, s AS reading, s.field, b.minimum, b.maximum FROM stage.readings AS s'
        ' CROSS JOIN LATERAL clean.bounds_of(s) AS b WHERE s.reading_id = ANY (%1$L) OFFSET 0) AS r USING (reading_id)'
        ' LEFT JOIN pg_temp.work_null AS n USING (value_id, part_no)'
        ' WHERE p.reading_id = ANY (%1$L) AND p.pass',
        ARRAY(
            SELECT s.reading_id FROM stage.readings AS s
            JOIN stage.source AS t USING (source_id)
            WHERE s.kind = p_kind AND t.source_type = p_source_type AND t.source_name = p_source_name
            ORDER BY s.reading_id));
    v_level integer := 0;
    v_expression text;
    v_chain text := '';
    v_checks text := '';
    v_scope text;
BEGIN
    FOR v_rule IN
        SELECT * FROM clean.rules_in_force(p_kind, p_source_type, p_source_name, p_candidate)
    LOOP
        CONTINUE WHEN v_rule.rule_id IN (1, 2);
        v_scope := CASE WHEN v_rule.field IS NOT NULL THEN format('field = %L', v_rule.field) END;
        IF v_rule.kind = 'validate' THEN
            v_expression := clean.rule_call(v_rule.pattern, 'x' || v_level, 'boolean');
            v_checks := v_checks || format(
                ', CASE WHEN %1$s IS NULL%2$s THEN NULL ELSE CASE %3$s WHEN true THEN %4$s WHEN false THEN -%4$s END END', '{last}',
                coalesce(' OR NOT (' || v_scope || ')', ''), replace(v_expression, 'x' || v_level, '{last}'),
                v_rule.rule_id);
            CONTINUE;
        END IF;
        v_expression := CASE v_rule.kind
            WHEN 'replace' THEN format('regexp_replace(x%s, %L, %L, ''g'')', v_level, v_rule.pattern, v_rule.replacement)
            WHEN 'null' THEN format('CASE WHEN x%1$s ~ %2$L THEN NULL ELSE x%1$s END', v_level, v_rule.pattern)
            ELSE format('CASE WHEN x%1$s IS NOT NULL THEN %2$s END', v_level,
                clean.rule_call(v_rule.pattern, 'x' || v_level, 'text'))
        END;
        IF v_scope IS NOT NULL THEN
            v_expression := format('CASE WHEN %s THEN %s ELSE x%s END', v_scope, v_expression, v_level);
        END IF;
        v_query := format('SELECT q.*, %s AS x%s FROM (%s OFFSET 0) AS q', v_expression, v_level + 1, v_query);
        v_chain := v_chain || format(
            ', CASE WHEN x%s IS DISTINCT FROM x%s THEN %s END', v_level, v_level + 1, v_rule.rule_id);
        v_level := v_level + 1;
    END LOOP;
    RETURN format(
        'SELECT value_id, part_no, x%1$s AS text, array_remove(ARRAY[NULL::integer%2$s], NULL) AS chain,'
        ' array_remove(ARRAY[NULL::integer%3$s], NULL) AS checks FROM (%4$s OFFSET 0) AS q',
        v_level, v_chain, replace(v_checks, '{last}', 'x' || v_level), v_query);
END
$$;

COMMENT ON FUNCTION clean.chain_sql(text, text, text, jsonb) IS 'The rules of a kind and source as one query; see it to see what cleaning runs.';
