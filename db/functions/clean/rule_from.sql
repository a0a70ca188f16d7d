-- clean.rule_from: a rule given as JSON, completed from the stored rule of that name or id, and checked.
--
-- Promises: a rule that the table would take; OC001 with the reason where it would not. Reads the rules, locks nothing.
CREATE OR REPLACE FUNCTION clean.rule_from(p_rule jsonb) RETURNS stage.cleaning_rules
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_rule stage.cleaning_rules;
    v_unknown text := (
        SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(p_rule) AS k
        WHERE k NOT IN (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = 'stage.cleaning_rules'::regclass AND a.attnum > 0));
BEGIN
    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'a rule has no %', v_unknown
            USING ERRCODE = 'OC001', HINT = 'Its keys are the columns of stage.cleaning_rules.';
    END IF;
    SELECT * INTO v_rule FROM stage.cleaning_rules AS r
    WHERE r.rule_name = p_rule ->> 'rule_name' OR r.rule_id = (p_rule ->> 'rule_id')::integer;
    v_rule := jsonb_populate_record(v_rule, p_rule);
    v_rule.rule_id := coalesce(v_rule.rule_id, 0);
    v_rule.source_type := coalesce(v_rule.source_type, 'GLOBAL');
    v_rule.priority := coalesce(v_rule.priority, 500);
    v_rule.base_confidence := coalesce(v_rule.base_confidence, 0);
    v_rule.penalty := coalesce(v_rule.penalty, 0);
    v_rule.enabled := coalesce(v_rule.enabled, true);
    v_rule.must_hold := coalesce(v_rule.must_hold, false);
    v_rule.review_scope := coalesce(v_rule.review_scope, 'value');
    IF v_rule.kind IS NULL OR v_rule.kind NOT IN ('replace', 'normalise', 'validate', 'null') OR v_rule.pattern IS NULL THEN
        RAISE EXCEPTION 'a rule needs a kind (replace, normalise, validate, null) and a pattern'
            USING ERRCODE = 'OC001', HINT = 'See COMMENT ON TABLE stage.cleaning_rules for what each kind''s pattern is.';
    ELSIF v_rule.field IS NULL AND v_rule.field_kind IS NULL THEN
        RAISE EXCEPTION 'a rule needs a field or a field_kind' USING ERRCODE = 'OC001',
            HINT = 'SELECT field, kind FROM ref.field lists both.';
    ELSIF v_rule.field IS NOT NULL AND NOT EXISTS (SELECT FROM ref.field AS f WHERE f.field = v_rule.field) THEN
        RAISE EXCEPTION 'there is no field %', v_rule.field USING ERRCODE = 'OC001',
            HINT = 'SELECT field, kind FROM ref.field lists those there are.';
    ELSIF v_rule.kind IN ('replace', 'null') AND v_rule.replacement IS NULL THEN
        RAISE EXCEPTION 'a rule of kind % needs a replacement', v_rule.kind USING ERRCODE = 'OC001',
            HINT = 'replace: the new text, \1 for a group. null: the reason, such as unknown.';
    END IF;
    IF v_rule.kind IN ('replace', 'null') THEN
        PERFORM '' ~ v_rule.pattern;
    ELSE
        PERFORM clean.rule_call(v_rule.pattern, 'x', CASE v_rule.kind WHEN 'validate' THEN 'boolean' ELSE 'text' END::regtype);
    END IF;
    RETURN v_rule;
EXCEPTION
    WHEN invalid_regular_expression THEN
        RAISE EXCEPTION 'the pattern % is no regular expression: %', p_rule ->> 'pattern', SQLERRM
            USING ERRCODE = 'OC001', HINT = 'PostgreSQL''s own (ARE) syntax: chapter 9.7 of its manual.';
END
$$;

COMMENT ON FUNCTION clean.rule_from(jsonb) IS 'A rule of JSON, completed and checked.';
