-- review.document_quality: how each document fared, for those who may only review.
--
-- Promises: the rows and columns of stage.document_quality.
CREATE OR REPLACE VIEW review.document_quality AS
SELECT
    q.document_id, q.source_type, q.source_name, q.list_name, q.version_no, q.file_name, q.status, q.rows, q.columns,
    q.cells, q.blank, q.with_value, q.null_otherwise, q.decided, q.to_review, q.decisions, q.decided_percent,
    q.decisions_per_1000_cells, q.columns_mapped, q.cleaning_time
FROM stage.document_quality AS q;

COMMENT ON VIEW review.document_quality IS 'Cells of each document: decided, to review, and the answers that would settle it.';
COMMENT ON COLUMN review.document_quality.document_id IS 'Document.';
COMMENT ON COLUMN review.document_quality.source_type IS 'Kind of source.';
COMMENT ON COLUMN review.document_quality.source_name IS 'Name of the source.';
COMMENT ON COLUMN review.document_quality.list_name IS 'Which of the source''s lists.';
COMMENT ON COLUMN review.document_quality.version_no IS 'Version of the list.';
COMMENT ON COLUMN review.document_quality.file_name IS 'Name the file came with.';
COMMENT ON COLUMN review.document_quality.status IS 'cleaned or gated.';
COMMENT ON COLUMN review.document_quality.rows IS 'Data rows.';
COMMENT ON COLUMN review.document_quality.columns IS 'Columns.';
COMMENT ON COLUMN review.document_quality.cells IS 'All cells.';
COMMENT ON COLUMN review.document_quality.blank IS 'Cells without any text.';
COMMENT ON COLUMN review.document_quality.with_value IS 'Accepted cells with a clean value.';
COMMENT ON COLUMN review.document_quality.null_otherwise IS 'Accepted cells without a value for another reason than being blank.';
COMMENT ON COLUMN review.document_quality.decided IS 'Cells that are not blank and need no human.';
COMMENT ON COLUMN review.document_quality.to_review IS 'Cells that a human must decide.';
COMMENT ON COLUMN review.document_quality.decisions IS 'Answers that would settle all: distinct values, readings and columns (review.open_decision).';
COMMENT ON COLUMN review.document_quality.decided_percent IS 'Share of non-blank cells that need no human.';
COMMENT ON COLUMN review.document_quality.decisions_per_1000_cells IS 'Human decisions per thousand cells, blank ones counted.';
COMMENT ON COLUMN review.document_quality.columns_mapped IS 'Columns whose meaning is known.';
COMMENT ON COLUMN review.document_quality.cleaning_time IS 'From read to cleaned.';
