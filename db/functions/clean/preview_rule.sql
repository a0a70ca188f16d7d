-- clean.preview_rule: what a new or changed rule would change, before it does.
--
-- Promises: one row per stored value whose clean value, reason or verdict would differ, with the cells it stands for;
-- nothing is written but temporary tables. p_rule is the rule as JSON, with the columns of stage.cleaning_rules: the
-- rule_name (or rule_id) of an existing rule previews its change, "enabled": false its end.
-- OC001 where it is no rule. May run again, one preview a transaction's time.
CREATE OR REPLACE FUNCTION clean.preview_rule(p_rule jsonb)
RETURNS TABLE (
    source_name text, field text, raw_value text, cells bigint, cleaned_now text, cleaned_then text,
    null_reason_then text, review_now boolean, review_then boolean
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Tables that were filled a moment ago have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_rule stage.cleaning_rules := clean.rule_from(p_rule);
    v_source stage.source;
BEGIN
    FOR v_source IN
        SELECT s.* FROM stage.source AS s
        WHERE v_rule.source_type IN ('GLOBAL', s.source_type) AND coalesce(v_rule.source_name, s.source_name) = s.source_name
        ORDER BY s.source_name
    LOOP
        PERFORM clean.evaluate_scope(v_source.source_id, v_rule.field, v_rule.field_kind, to_jsonb(v_rule));
        RETURN QUERY
        SELECT v_source.source_name, r.field, d.raw_value,
            (SELECT coalesce(sum(v.cell_count), 0)::bigint FROM stage.cell_values AS v WHERE v.value_id = d.value_id),
            d.cleaned_value, g.cleaned_value, g.null_reason, d.needs_review, g.needs_review
        FROM pg_temp.work_graded AS g
        JOIN stage.distinct_values AS d USING (value_id)
        JOIN stage.readings AS r ON r.reading_id = d.reading_id
        WHERE (d.cleaned_value, d.null_reason) IS DISTINCT FROM (g.cleaned_value, g.null_reason)
            OR (d.needs_review <> g.needs_review AND g.similarity IS NOT NULL)
        ORDER BY 4 DESC, 3;
    END LOOP;
END
$$;

COMMENT ON FUNCTION clean.preview_rule(jsonb) IS
    'What a rule would change: SELECT * FROM clean.preview_rule(''{"rule_name": "…", "field": "IRCS", "kind": "replace", …}'').';
