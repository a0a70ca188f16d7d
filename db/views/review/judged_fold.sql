-- review.judged_fold: judged values with the half of the documents that each belongs to.
--
-- Promises: all values of a document are in one fold; the documents of a field alternate, in the order of their bytes'
-- hash, so that two documents are enough for two folds.
CREATE OR REPLACE VIEW review.judged_fold AS
SELECT j.item_id, j.field, j.score, j.was_right, j.weight,
    ((dense_rank() OVER (PARTITION BY j.field ORDER BY t.sha256, j.document_id)) % 2)::integer AS fold
FROM review.judged AS j
JOIN stage.documents AS t USING (document_id);

COMMENT ON VIEW review.judged_fold IS 'Judged values in two halves by document, for trying a calibration on what it has not seen.';
COMMENT ON COLUMN review.judged_fold.item_id IS 'Item.';
COMMENT ON COLUMN review.judged_fold.field IS 'Field.';
COMMENT ON COLUMN review.judged_fold.score IS 'Score that the machine had given its value.';
COMMENT ON COLUMN review.judged_fold.was_right IS 'Whether the machine''s value is the answer.';
COMMENT ON COLUMN review.judged_fold.weight IS 'How often it counts.';
COMMENT ON COLUMN review.judged_fold.fold IS '0 or 1.';
