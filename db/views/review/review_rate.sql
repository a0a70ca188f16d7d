-- review.review_rate: how much of what comes in a human has to look at, per field and source.
--
-- Promises: one row a source and mapped field, over the cells of all its cleaned documents; cells without a text are
-- left out. Counted from values × cells.
CREATE OR REPLACE VIEW review.review_rate AS
SELECT
    s.source_name, r.field, sum(v.cell_count)::bigint AS cells,
    coalesce(sum(v.cell_count) FILTER (WHERE NOT d.needs_review AND NOT (2 = ANY (d.rule_chain))), 0)::bigint AS accepted,
    coalesce(sum(v.cell_count) FILTER (WHERE 2 = ANY (d.rule_chain)), 0)::bigint AS answered,
    coalesce(sum(v.cell_count) FILTER (WHERE d.needs_review), 0)::bigint AS to_review,
    coalesce(sum(v.cell_count) FILTER (WHERE d.needs_review OR 2 = ANY (d.rule_chain)), 0)::double precision
        / sum(v.cell_count) AS review_rate
FROM stage.cell_values AS v
JOIN stage.distinct_values AS d USING (value_id)
JOIN stage.readings AS r ON r.reading_id = d.reading_id
JOIN stage.source AS s ON s.source_id = r.source_id
WHERE r.field IS NOT NULL AND d.null_reason IS DISTINCT FROM 'blank'
GROUP BY s.source_name, r.field;

COMMENT ON VIEW review.review_rate IS 'Share of cells with a text that people had or have to decide.';
COMMENT ON COLUMN review.review_rate.source_name IS 'Source.';
COMMENT ON COLUMN review.review_rate.field IS 'Field.';
COMMENT ON COLUMN review.review_rate.cells IS 'Cells with a text.';
COMMENT ON COLUMN review.review_rate.accepted IS 'Cells that the gate accepted by itself.';
COMMENT ON COLUMN review.review_rate.answered IS 'Cells that hold what people answered.';
COMMENT ON COLUMN review.review_rate.to_review IS 'Cells that wait for an answer.';
COMMENT ON COLUMN review.review_rate.review_rate IS 'Answered and waiting ones as a share of all.';
