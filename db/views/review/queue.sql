-- review.queue: the items that wait for an answer, the most useful first.
--
-- Promises: open ones, those that wait for a second reviewer, and those on which two disagree.
CREATE OR REPLACE VIEW review.queue AS
SELECT
    i.item_id, i.status, i.decision_on, i.batch_key, s.source_name, i.field, i.subject, i.machine_value, i.proposal,
    i.proposal_field, i.reason, i.cells, i.priority, i.context, i.suggestions, i.document_id, i.column_position, i.row_index,
    clock_timestamp() - i.opened_at AS waiting, review.may_accept(i) AS acceptable
FROM review.items AS i
JOIN stage.source AS s USING (source_id)
WHERE i.status IN ('open', 'second', 'adjudication')
ORDER BY i.priority DESC, i.item_id;

COMMENT ON VIEW review.queue IS 'What waits for a human, the most useful first.';
COMMENT ON COLUMN review.queue.item_id IS 'Item, for review.decide.';
COMMENT ON COLUMN review.queue.status IS 'open, second or adjudication.';
COMMENT ON COLUMN review.queue.decision_on IS 'column, reading, value, cell or audit.';
COMMENT ON COLUMN review.queue.batch_key IS 'Items of one batch share it.';
COMMENT ON COLUMN review.queue.source_name IS 'Source.';
COMMENT ON COLUMN review.queue.field IS 'Field.';
COMMENT ON COLUMN review.queue.subject IS 'Raw text, header or unit that is asked about.';
COMMENT ON COLUMN review.queue.machine_value IS 'What the machine made of it.';
COMMENT ON COLUMN review.queue.proposal IS 'What the machine would answer.';
COMMENT ON COLUMN review.queue.proposal_field IS 'Field of the proposal.';
COMMENT ON COLUMN review.queue.reason IS 'Why it is asked.';
COMMENT ON COLUMN review.queue.cells IS 'Cells that the answer settles.';
COMMENT ON COLUMN review.queue.priority IS 'Cells × uncertainty × weight.';
COMMENT ON COLUMN review.queue.context IS 'The row, as read.';
COMMENT ON COLUMN review.queue.suggestions IS 'Likely answers.';
COMMENT ON COLUMN review.queue.document_id IS 'Document.';
COMMENT ON COLUMN review.queue.column_position IS 'Column.';
COMMENT ON COLUMN review.queue.row_index IS 'Row.';
COMMENT ON COLUMN review.queue.acceptable IS 'Whether accept can be an answer.';
COMMENT ON COLUMN review.queue.waiting IS 'How long it has waited.';
