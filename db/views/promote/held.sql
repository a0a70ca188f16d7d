-- promote.held: what promotion left in stage, and why: whole documents, rows, and parts of rows.
--
-- Promises: a row for each document that its latest attempt held as a whole (row_index NULL), and one for each row that it
-- held or promoted without some table (promoted says which). What is answered or cleaned anew leaves it by itself.
CREATE OR REPLACE VIEW promote.held AS
SELECT t.document_id, s.source_name, t.file_name, NULL::integer AS row_index, l.run_id, false AS promoted, l.reasons,
    l.finished_at AS held_at
FROM stage.documents AS t
JOIN stage.source AS s USING (source_id)
JOIN LATERAL (
    SELECT x.* FROM stage.promotion_log AS x WHERE x.document_id = t.document_id ORDER BY x.run_id DESC LIMIT 1
) AS l ON l.status = 'held'
UNION ALL
SELECT h.document_id, s.source_name, t.file_name, h.row_index, h.run_id,
    EXISTS (SELECT FROM promote.run_records AS x WHERE x.run_id = h.run_id AND x.row_index = h.row_index
    AND x.record_version_id IS NOT NULL),
    h.reasons, l.finished_at
FROM promote.held_records AS h
JOIN stage.documents AS t USING (document_id)
JOIN stage.source AS s USING (source_id)
JOIN stage.promotion_log AS l USING (run_id);

COMMENT ON VIEW promote.held IS 'Documents and rows that promotion left in stage, with reasons.';
COMMENT ON COLUMN promote.held.document_id IS 'Document.';
COMMENT ON COLUMN promote.held.source_name IS 'Source.';
COMMENT ON COLUMN promote.held.file_name IS 'Name the file came with.';
COMMENT ON COLUMN promote.held.row_index IS 'Row; NULL: the document as a whole.';
COMMENT ON COLUMN promote.held.run_id IS 'Attempt that held it.';
COMMENT ON COLUMN promote.held.promoted IS 'True where the row was promoted without the parts that the reasons name.';
COMMENT ON COLUMN promote.held.reasons IS 'Why, in words.';
COMMENT ON COLUMN promote.held.held_at IS 'When.';
