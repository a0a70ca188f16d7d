-- stage.document_quality: how each document fared: cells, what is decided, what a human still has to look at.
--
-- Promises: one row a cleaned document. decisions is the number of answers that would settle all of it: one a distinct
-- value, a reading (date order, unit) or a column.
CREATE OR REPLACE VIEW stage.document_quality AS
SELECT
    t.document_id,
    s.source_type,
    s.source_name,
    t.list_name,
    t.version_no,
    t.file_name,
    t.status,
    t.row_count AS rows,
    t.column_count AS columns,
    q.cells,
    q.blank,
    q.with_value,
    q.null_otherwise,
    q.decided,
    q.to_review,
    coalesce(o.decisions, 0) AS decisions,
    round(100.0 * q.decided / nullif(q.cells - q.blank, 0), 3) AS decided_percent,
    round(1000.0 * coalesce(o.decisions, 0) / nullif(q.cells, 0), 3) AS decisions_per_1000_cells,
    q.columns_mapped,
    t.cleaned_at - t.read_at AS cleaning_time
FROM stage.documents AS t
JOIN stage.source AS s USING (source_id)
JOIN (
    SELECT c.document_id, sum(c.cells)::bigint AS cells, sum(c.blank)::bigint AS blank,
        sum(c.with_value)::bigint AS with_value, sum(c.null_otherwise)::bigint AS null_otherwise,
        sum(c.decided)::bigint AS decided, sum(c.to_review)::bigint AS to_review, count(c.field) AS columns_mapped
    FROM stage.column_quality AS c
    GROUP BY c.document_id
) AS q USING (document_id)
LEFT JOIN (
    SELECT d.document_id, count(*) AS decisions FROM review.open_decision AS d GROUP BY d.document_id
) AS o USING (document_id);

COMMENT ON VIEW stage.document_quality IS 'Cells of each document: decided, to review, and how many human decisions would settle it.';
COMMENT ON COLUMN stage.document_quality.decided_percent IS 'Share of non-blank cells that need no human.';
COMMENT ON COLUMN stage.document_quality.decisions IS 'Answers that would settle all: distinct values, readings and columns (review.open_decision).';
