-- review.column_quality: how each column fared, for those who may only review.
--
-- Promises: the rows and columns of stage.column_quality.
CREATE OR REPLACE VIEW review.column_quality AS
SELECT
    q.document_id, q.source_name, q.file_name, q.column_position, q.column_name, q.field, q.mapping_method,
    q.mapping_confidence, q.column_needs_review, q.column_review_reason, q.cells, q.blank, q.with_value,
    q.null_otherwise, q.to_review, q.decided, q.distinct_values, q.null_reasons
FROM stage.column_quality AS q;

COMMENT ON VIEW review.column_quality IS 'Cells of each column: blank, with a value, NULL by reason, decided, to review.';
COMMENT ON COLUMN review.column_quality.document_id IS 'Document.';
COMMENT ON COLUMN review.column_quality.source_name IS 'Name of the source.';
COMMENT ON COLUMN review.column_quality.file_name IS 'Name the file came with.';
COMMENT ON COLUMN review.column_quality.column_position IS 'Column, the first being 1.';
COMMENT ON COLUMN review.column_quality.column_name IS 'Header as read, made unique.';
COMMENT ON COLUMN review.column_quality.field IS 'What the column means; NULL is plain text.';
COMMENT ON COLUMN review.column_quality.mapping_method IS 'How that was found: source alias, alias, fuzzy header, content, decision, none.';
COMMENT ON COLUMN review.column_quality.mapping_confidence IS 'How sure that is; 0 where nothing was found.';
COMMENT ON COLUMN review.column_quality.column_needs_review IS 'Whether a human must say what the column means.';
COMMENT ON COLUMN review.column_quality.column_review_reason IS 'Why.';
COMMENT ON COLUMN review.column_quality.cells IS 'All cells of the column.';
COMMENT ON COLUMN review.column_quality.blank IS 'Cells without any text.';
COMMENT ON COLUMN review.column_quality.with_value IS 'Accepted cells with a clean value.';
COMMENT ON COLUMN review.column_quality.null_otherwise IS 'Accepted cells without a value for another reason than being blank.';
COMMENT ON COLUMN review.column_quality.to_review IS 'Cells that a human must decide.';
COMMENT ON COLUMN review.column_quality.decided IS 'Cells that are not blank and need no human.';
COMMENT ON COLUMN review.column_quality.distinct_values IS 'Distinct raw texts.';
COMMENT ON COLUMN review.column_quality.null_reasons IS 'Accepted cells without a value, by reason.';
