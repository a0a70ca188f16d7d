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
