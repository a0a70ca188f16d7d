-- curated.documents: the files that curated records come from.
--
-- Promises: every document that was promoted at least once, rolled back since or not; with its owner's rights: no row of it
-- is about a vessel.
CREATE OR REPLACE VIEW curated.documents AS
SELECT
    d.document_id,
    s.source_name,
    d.list_name,
    d.version_no,
    d.file_name,
    encode(d.sha256, 'hex') AS sha256,
    d.byte_size,
    coalesce(d.listed_on, (d.received_at AT TIME ZONE 'UTC')::date) AS listed_on,
    d.received_at,
    p.promoted_at
FROM stage.documents AS d
JOIN stage.source AS s USING (source_id)
JOIN (
    SELECT l.document_id, max(l.recorded_at) AS promoted_at FROM stage.promotion_log AS l
    WHERE l.recorded_at IS NOT NULL
    GROUP BY l.document_id
) AS p USING (document_id);

COMMENT ON VIEW curated.documents IS 'Files that curated records come from.';
COMMENT ON COLUMN curated.documents.document_id IS 'The document: one file of one source.';
COMMENT ON COLUMN curated.documents.source_name IS 'Its source.';
COMMENT ON COLUMN curated.documents.list_name IS 'Which list of the source.';
COMMENT ON COLUMN curated.documents.version_no IS 'Which version of the list, in order of arrival.';
COMMENT ON COLUMN curated.documents.file_name IS 'Name of the file.';
COMMENT ON COLUMN curated.documents.sha256 IS 'SHA-256 of its bytes, hexadecimal.';
COMMENT ON COLUMN curated.documents.byte_size IS 'Its size.';
COMMENT ON COLUMN curated.documents.listed_on IS 'Day that the list speaks of: declared, else the day it was received.';
COMMENT ON COLUMN curated.documents.received_at IS 'When it was received.';
COMMENT ON COLUMN curated.documents.promoted_at IS 'When it was last promoted.';
