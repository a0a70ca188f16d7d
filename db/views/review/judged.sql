-- review.judged: values of which people said whether the machine was right, as the answers stand.
--
-- Promises: one row an item: its latest applied answer that nobody took back. represents is how many cells the verdict
-- stands for: of a value held back, its cells; of an audit, what was drawn over the rate of drawing.
CREATE OR REPLACE VIEW review.judged AS
SELECT
    j.item_id, j.decision_id, s.source_name, j.field, j.document_id, j.audited, j.score, j.confidence, j.was_right,
    CASE WHEN j.audited THEN coalesce(g.draws, 1) ELSE 1 END::bigint AS weight,
    CASE WHEN j.audited THEN coalesce(g.represents, 1) ELSE j.cells END::numeric AS represents,
    d.decided_at
FROM review.judgement AS j
JOIN review.decisions AS d USING (decision_id)
JOIN stage.source AS s ON s.source_id = j.source_id
LEFT JOIN (
    SELECT a.item_id, sum(a.draws) AS draws, sum(a.draws / a.rate) AS represents FROM review.audit_draw AS a GROUP BY a.item_id
) AS g ON g.item_id = j.item_id
WHERE NOT EXISTS (SELECT FROM review.decisions AS u WHERE u.action = 'undo' AND u.supersedes = j.decision_id)
    AND NOT EXISTS (
        SELECT FROM review.judgement AS n
        WHERE n.item_id = j.item_id AND n.decision_id > j.decision_id
            AND NOT EXISTS (SELECT FROM review.decisions AS u WHERE u.action = 'undo' AND u.supersedes = n.decision_id));

COMMENT ON VIEW review.judged IS 'Whether the machine was right, item by item, with the score it had: what the gate is measured by.';
COMMENT ON COLUMN review.judged.item_id IS 'Item.';
COMMENT ON COLUMN review.judged.decision_id IS 'The answer that holds.';
COMMENT ON COLUMN review.judged.source_name IS 'Source.';
COMMENT ON COLUMN review.judged.field IS 'Field.';
COMMENT ON COLUMN review.judged.document_id IS 'Document in which it was asked.';
COMMENT ON COLUMN review.judged.audited IS 'True: drawn at random from accepted cells; false: held back by the gate.';
COMMENT ON COLUMN review.judged.score IS 'Score that the machine had given its value.';
COMMENT ON COLUMN review.judged.confidence IS 'Confidence that the machine had.';
COMMENT ON COLUMN review.judged.was_right IS 'Whether the machine''s value is the answer.';
COMMENT ON COLUMN review.judged.weight IS 'Cells drawn, of an audit; 1 otherwise.';
COMMENT ON COLUMN review.judged.represents IS 'Cells that the verdict stands for.';
COMMENT ON COLUMN review.judged.decided_at IS 'When it was answered.';
