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
COMMENT ON COLUMN stage.document_quality.document_id IS 'Document.';
COMMENT ON COLUMN stage.document_quality.source_type IS 'Kind of source.';
COMMENT ON COLUMN stage.document_quality.source_name IS 'Name of the source.';
COMMENT ON COLUMN stage.document_quality.list_name IS 'Which of the source''s lists.';
COMMENT ON COLUMN stage.document_quality.version_no IS 'Version of the list.';
COMMENT ON COLUMN stage.document_quality.file_name IS 'Name the file came with.';
COMMENT ON COLUMN stage.document_quality.status IS 'cleaned or gated.';
COMMENT ON COLUMN stage.document_quality.rows IS 'Data rows.';
COMMENT ON COLUMN stage.document_quality.columns IS 'Columns.';
COMMENT ON COLUMN stage.document_quality.cells IS 'All cells.';
COMMENT ON COLUMN stage.document_quality.blank IS 'Cells without any text.';
COMMENT ON COLUMN stage.document_quality.with_value IS 'Accepted cells with a clean value.';
COMMENT ON COLUMN stage.document_quality.null_otherwise IS 'Accepted cells without a value for another reason than being blank.';
COMMENT ON COLUMN stage.document_quality.decided IS 'Cells that are not blank and need no human.';
COMMENT ON COLUMN stage.document_quality.to_review IS 'Cells that a human must decide.';
COMMENT ON COLUMN stage.document_quality.decisions_per_1000_cells IS 'Human decisions per thousand cells, blank ones counted.';
COMMENT ON COLUMN stage.document_quality.columns_mapped IS 'Columns whose meaning is known.';
COMMENT ON COLUMN stage.document_quality.cleaning_time IS 'From read to cleaned.';
