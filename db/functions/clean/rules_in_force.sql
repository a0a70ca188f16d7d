-- clean.rules_in_force: the enabled rules for one kind of field and one source, with a candidate among them if given.
--
-- Promises: rules of the source and GLOBAL ones together, in the order they run. p_candidate is a rule as JSON
-- (columns of stage.cleaning_rules): it replaces the rule of its rule_id or name, or joins them.
-- Reads stage.cleaning_rules and ref.field, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.rules_in_force(
    p_kind text, p_source_type text, p_source_name text, p_candidate jsonb DEFAULT NULL
) RETURNS SETOF stage.cleaning_rules
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT r.*
    FROM (
        SELECT s.* FROM stage.cleaning_rules AS s
        WHERE p_candidate IS NULL
            OR NOT (s.rule_name = p_candidate ->> 'rule_name' OR s.rule_id = (p_candidate ->> 'rule_id')::integer)
        UNION ALL
        SELECT c.*
        FROM jsonb_populate_record(NULL::stage.cleaning_rules, coalesce(p_candidate, '{}')) AS c
        WHERE p_candidate IS NOT NULL
    ) AS r
    LEFT JOIN ref.field AS f ON f.field = r.field
    WHERE coalesce(r.enabled, true)
        AND p_kind IN (f.kind, r.field_kind)
        AND (r.source_type = 'GLOBAL' OR (r.source_type = p_source_type AND coalesce(r.source_name, p_source_name) = p_source_name))
    ORDER BY r.priority, r.rule_id;
END;

COMMENT ON FUNCTION clean.rules_in_force(text, text, text, jsonb) IS
    'Rules that clean one kind of field of one source, in the order they run.';
