-- stage.rule_usage: which rules fire, on how many values and cells, and which never do.
--
-- Promises: one row a rule, enabled or not; fired counts values it changed, emptied or upheld, failed those whose
-- validator did not hold.
CREATE OR REPLACE VIEW stage.rule_usage AS
SELECT
    r.rule_id,
    r.rule_name,
    r.source_type,
    r.source_name,
    coalesce(r.field, r.field_kind) AS applies_to,
    r.kind,
    r.enabled,
    r.shipped,
    coalesce(u.fired, 0) AS fired,
    coalesce(u.failed, 0) AS failed,
    coalesce(u.cells, 0) AS cells,
    u.last_used_at,
    u.rule_id IS NULL AS never_used,
    r.description
FROM stage.cleaning_rules AS r
LEFT JOIN (
    SELECT abs(c.id) AS rule_id, count(*) FILTER (WHERE c.id > 0) AS fired, count(*) FILTER (WHERE c.id < 0) AS failed,
        sum(n.cells)::bigint AS cells, max(d.cleaned_at) AS last_used_at
    FROM stage.distinct_values AS d
    CROSS JOIN LATERAL unnest(d.rule_chain) AS c (id)
    LEFT JOIN (
        SELECT v.value_id, sum(v.cell_count) AS cells FROM stage.cell_values AS v GROUP BY v.value_id
    ) AS n USING (value_id)
    GROUP BY abs(c.id)
) AS u USING (rule_id);

COMMENT ON VIEW stage.rule_usage IS 'Rules and how often they fire; never_used is what to look at before adding another.';
COMMENT ON COLUMN stage.rule_usage.failed IS 'Values for which the validator does not hold.';
COMMENT ON COLUMN stage.rule_usage.rule_id IS 'Rule.';
COMMENT ON COLUMN stage.rule_usage.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN stage.rule_usage.source_type IS 'GLOBAL, or the kind of source it is for.';
COMMENT ON COLUMN stage.rule_usage.source_name IS 'Source it is for; NULL: all of that kind.';
COMMENT ON COLUMN stage.rule_usage.applies_to IS 'Field, or kind of field, it is for.';
COMMENT ON COLUMN stage.rule_usage.kind IS 'replace, normalise, null or validate.';
COMMENT ON COLUMN stage.rule_usage.enabled IS 'Whether it runs.';
COMMENT ON COLUMN stage.rule_usage.shipped IS 'Whether it is as the release ships it.';
COMMENT ON COLUMN stage.rule_usage.fired IS 'Distinct values it changed, emptied or upheld.';
COMMENT ON COLUMN stage.rule_usage.cells IS 'Cells that stand for those values.';
COMMENT ON COLUMN stage.rule_usage.last_used_at IS 'When a value with this rule was last cleaned.';
COMMENT ON COLUMN stage.rule_usage.never_used IS 'Whether no stored value has it.';
COMMENT ON COLUMN stage.rule_usage.description IS 'What it is for.';
