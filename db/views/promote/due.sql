-- promote.due: documents that promotion has yet to look at, or to look at again.
--
-- Promises: gated documents that were never tried, or whose job in the queue promote is not done (an answer or a rule has
-- changed what they say). A document whose latest run was rolled back is not due until somebody promotes it by name.
CREATE OR REPLACE VIEW promote.due AS
SELECT t.document_id, t.file_name, t.source_id, l.status AS last_status, l.finished_at AS last_tried_at
FROM stage.documents AS t
LEFT JOIN LATERAL (
    SELECT x.status, x.finished_at FROM stage.promotion_log AS x
    WHERE x.document_id = t.document_id ORDER BY x.run_id DESC LIMIT 1
) AS l ON true
WHERE t.status = 'gated' AND l.status IS DISTINCT FROM 'rolled_back'
    AND (l.status IS NULL OR EXISTS (
        SELECT FROM ops.job AS j WHERE j.queue = 'promote' AND j.job_key = 'promote:' || t.document_id AND j.state <> 'done'));

COMMENT ON VIEW promote.due IS 'Documents that wait for promotion.';
COMMENT ON COLUMN promote.due.document_id IS 'Document.';
COMMENT ON COLUMN promote.due.file_name IS 'Name the file came with.';
COMMENT ON COLUMN promote.due.source_id IS 'Source.';
COMMENT ON COLUMN promote.due.last_status IS 'What came of the latest attempt; NULL: none yet.';
COMMENT ON COLUMN promote.due.last_tried_at IS 'When that was.';
