-- stage.document_versions: every file of a list in the order it came, and which one is current.
--
-- Promises: one row a document that was not rejected; is_current for the newest version that has been read.
CREATE OR REPLACE VIEW stage.document_versions AS
SELECT
    d.document_id,
    s.source_type,
    s.source_name,
    d.list_name,
    d.version_no,
    lag(d.document_id) OVER w AS previous_document_id,
    d.version_no = max(d.version_no) FILTER (WHERE d.status <> 'received') OVER (PARTITION BY d.source_id, d.list_name) AS is_current,
    encode(d.sha256, 'hex') AS sha256,
    d.file_name,
    d.status,
    d.received_at
FROM stage.documents AS d
JOIN stage.source AS s USING (source_id)
WHERE d.status <> 'rejected'
WINDOW w AS (PARTITION BY d.source_id, d.list_name ORDER BY d.version_no);

COMMENT ON VIEW stage.document_versions IS 'Versions of each list of each source: what came before, and which is current.';
COMMENT ON COLUMN stage.document_versions.is_current IS 'The newest version of the list that has been read.';
COMMENT ON COLUMN stage.document_versions.document_id IS 'Document of this version.';
COMMENT ON COLUMN stage.document_versions.source_type IS 'Kind of source.';
COMMENT ON COLUMN stage.document_versions.source_name IS 'Name of the source.';
COMMENT ON COLUMN stage.document_versions.list_name IS 'Which of the source''s lists.';
COMMENT ON COLUMN stage.document_versions.version_no IS '1 for the first file of the list.';
COMMENT ON COLUMN stage.document_versions.previous_document_id IS 'Document of the version before.';
COMMENT ON COLUMN stage.document_versions.sha256 IS 'Hash of the file''s bytes, hexadecimal.';
COMMENT ON COLUMN stage.document_versions.file_name IS 'Name the file came with.';
COMMENT ON COLUMN stage.document_versions.status IS 'received, read, cleaned or gated.';
COMMENT ON COLUMN stage.document_versions.received_at IS 'When the file was registered.';
