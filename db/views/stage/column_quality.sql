-- stage.column_quality: how each column of each document fared.
--
-- Promises: one row a column of a cleaned document: cells, blank, with a value, NULL for another reason, decided,
-- to review. Counted from values × cells, so it costs what distinct values cost, not what cells do.
CREATE OR REPLACE VIEW stage.column_quality AS
SELECT
    t.document_id,
    s.source_name,
    t.file_name,
    c.column_position,
    c.column_name,
    c.field,
    c.mapping_method,
    c.mapping_confidence,
    c.needs_review AS column_needs_review,
    c.review_reason AS column_review_reason,
    t.row_count AS cells,
    t.row_count - coalesce(q.cells, 0) + coalesce(q.blank, 0) AS blank,
    coalesce(q.with_value, 0) AS with_value,
    coalesce(q.null_otherwise, 0) AS null_otherwise,
    coalesce(q.to_review, 0) + coalesce(f.to_review, 0) AS to_review,
    coalesce(q.cells, 0) - coalesce(q.blank, 0) - coalesce(q.to_review, 0) - coalesce(f.to_review, 0) AS decided,
    coalesce(q.distinct_values, 0) AS distinct_values,
    coalesce(q.null_reasons, '{}'::jsonb) AS null_reasons
FROM stage.documents AS t
JOIN stage.source AS s USING (source_id)
JOIN stage.columns AS c USING (document_id)
LEFT JOIN (
    SELECT x.document_id, x.column_position, sum(x.cells)::bigint AS cells,
        coalesce(sum(x.cells) FILTER (WHERE x.null_reason = 'blank'), 0)::bigint AS blank,
        coalesce(sum(x.cells) FILTER (WHERE x.has_value AND NOT x.needs_review), 0)::bigint AS with_value,
        coalesce(sum(x.cells) FILTER (WHERE x.null_reason <> 'blank' AND NOT x.needs_review), 0)::bigint AS null_otherwise,
        coalesce(sum(x.cells) FILTER (WHERE x.needs_review), 0)::bigint AS to_review,
        sum(x.distinct_values)::bigint AS distinct_values,
        jsonb_object_agg(x.null_reason, x.cells) FILTER (WHERE x.null_reason IS NOT NULL AND NOT x.needs_review) AS null_reasons
    FROM (
        SELECT v.document_id, v.column_position, d.null_reason, d.needs_review, d.cleaned_value IS NOT NULL AS has_value,
            sum(v.cell_count) AS cells, count(DISTINCT d.value_id) AS distinct_values
        FROM stage.cell_values AS v
        JOIN stage.distinct_values AS d USING (value_id)
        GROUP BY v.document_id, v.column_position, d.null_reason, d.needs_review, d.cleaned_value IS NOT NULL
    ) AS x
    GROUP BY x.document_id, x.column_position
) AS q USING (document_id, column_position)
LEFT JOIN (
    SELECT y.document_id, y.column_position, count(DISTINCT y.row_index) AS to_review
    FROM stage.cell_findings AS y WHERE y.needs_review
    GROUP BY y.document_id, y.column_position
) AS f USING (document_id, column_position)
WHERE t.status IN ('cleaned', 'gated');

COMMENT ON VIEW stage.column_quality IS 'Cells of each column: blank, with a value, NULL by reason, decided, to review.';
COMMENT ON COLUMN stage.column_quality.decided IS 'Cells that are not blank and need no human.';
COMMENT ON COLUMN stage.column_quality.null_reasons IS 'Accepted cells without a value, by reason.';
COMMENT ON COLUMN stage.column_quality.document_id IS 'Document.';
COMMENT ON COLUMN stage.column_quality.source_name IS 'Name of the source.';
COMMENT ON COLUMN stage.column_quality.file_name IS 'Name the file came with.';
COMMENT ON COLUMN stage.column_quality.column_position IS 'Column, the first being 1.';
COMMENT ON COLUMN stage.column_quality.column_name IS 'Header as read, made unique.';
COMMENT ON COLUMN stage.column_quality.field IS 'What the column means; NULL is plain text.';
COMMENT ON COLUMN stage.column_quality.mapping_method IS 'How that was found: source alias, alias, fuzzy header, content, decision, none.';
COMMENT ON COLUMN stage.column_quality.mapping_confidence IS 'How sure that is; 0 where nothing was found.';
COMMENT ON COLUMN stage.column_quality.column_needs_review IS 'Whether a human must say what the column means.';
COMMENT ON COLUMN stage.column_quality.column_review_reason IS 'Why.';
COMMENT ON COLUMN stage.column_quality.cells IS 'All cells of the column.';
COMMENT ON COLUMN stage.column_quality.blank IS 'Cells without any text.';
COMMENT ON COLUMN stage.column_quality.with_value IS 'Accepted cells with a clean value.';
COMMENT ON COLUMN stage.column_quality.null_otherwise IS 'Accepted cells without a value for another reason than being blank.';
COMMENT ON COLUMN stage.column_quality.to_review IS 'Cells that a human must decide.';
COMMENT ON COLUMN stage.column_quality.distinct_values IS 'Distinct raw texts.';
