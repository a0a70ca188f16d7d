-- review.gate_precision: how often accepted cells are right, per field and source, from random audits alone.
--
-- Promises: one row a source and field with cells drawn. lower_bound is the one-sided 95% Clopper–Pearson bound: the gate
-- is proven at 98% where it is 0.98 or more (149 drawn and right, 236 with one wrong). Only verdicts on what the rules
-- accept now count: outdated are drawn cells of which the machine has made something else since. A verdict that found it
-- wrong counts as long as its answer holds. Drawn cells whose question waits are counted apart; withdrawn ones nowhere.
CREATE OR REPLACE VIEW review.gate_precision AS
SELECT
    p.source_name, p.field, p.audited, p.audited_right, p.waiting,
    p.audited_right::double precision / nullif(p.audited, 0) AS precision,
    review.clopper_pearson_lower(p.audited_right, p.audited) AS lower_bound,
    p.outdated
FROM (
    SELECT s.source_name, i.field,
        coalesce(sum(g.draws) FILTER (WHERE j.item_id IS NOT NULL AND c.holds), 0)::bigint AS audited,
        coalesce(sum(g.draws) FILTER (WHERE j.was_right AND c.holds), 0)::bigint AS audited_right,
        coalesce(sum(g.draws) FILTER (WHERE j.item_id IS NULL AND i.status <> 'withdrawn'), 0)::bigint AS waiting,
        coalesce(sum(g.draws) FILTER (WHERE j.item_id IS NOT NULL AND NOT c.holds), 0)::bigint AS outdated
    FROM review.audit_draw AS g
    JOIN review.items AS i USING (item_id)
    JOIN stage.source AS s USING (source_id)
    LEFT JOIN review.judged AS j USING (item_id)
    LEFT JOIN stage.distinct_values AS d ON d.value_id = g.value_id
    CROSS JOIN LATERAL (
        SELECT coalesce(
            (NOT d.needs_review AND coalesce(d.cleaned_value, 'NULL ' || d.null_reason) = i.machine_value)
            -- found wrong, and what stands now is the answer that said so
            OR (NOT j.was_right AND 2 = ANY (d.rule_chain)), false) AS holds
    ) AS c
    GROUP BY s.source_name, i.field
) AS p
WHERE p.audited + p.waiting + p.outdated > 0;

COMMENT ON VIEW review.gate_precision IS 'Precision of accepted cells, measured by audits, with the bound that they prove.';
COMMENT ON COLUMN review.gate_precision.source_name IS 'Source.';
COMMENT ON COLUMN review.gate_precision.field IS 'Field.';
COMMENT ON COLUMN review.gate_precision.audited IS 'Accepted cells drawn and answered.';
COMMENT ON COLUMN review.gate_precision.audited_right IS 'Of these, right ones.';
COMMENT ON COLUMN review.gate_precision.waiting IS 'Cells drawn whose question waits for an answer.';
COMMENT ON COLUMN review.gate_precision.precision IS 'Share right.';
COMMENT ON COLUMN review.gate_precision.lower_bound IS 'Share that is surely reached: one-sided, 95%, exact.';
COMMENT ON COLUMN review.gate_precision.outdated IS 'Cells drawn and answered of which the rules make something else by now: no evidence.';
