-- promote.standing_run: the run that speaks for each promoted document, and the document's place in its list.
--
-- Promises: one row a document with a promoted run that was not rolled back: its latest. place 1 is the newest document of
-- the list by the day that it speaks of, then by version; without gaps.
CREATE OR REPLACE VIEW promote.standing_run AS
SELECT
    l.run_id,
    t.document_id,
    t.source_id,
    t.list_name,
    t.version_no,
    coalesce(t.listed_on, (t.received_at AT TIME ZONE 'UTC')::date) AS observed_on,
    row_number() OVER (
        PARTITION BY t.source_id, t.list_name
        ORDER BY coalesce(t.listed_on, (t.received_at AT TIME ZONE 'UTC')::date) DESC, t.version_no DESC
    ) AS place
FROM stage.documents AS t
JOIN (
    SELECT x.document_id, max(x.run_id) AS run_id FROM stage.promotion_log AS x WHERE x.status = 'promoted' GROUP BY x.document_id
) AS l USING (document_id);

COMMENT ON VIEW promote.standing_run IS 'Which run speaks for a document, and which document of a list is the newest.';
COMMENT ON COLUMN promote.standing_run.run_id IS 'Latest promoted run of the document.';
COMMENT ON COLUMN promote.standing_run.document_id IS 'Document.';
COMMENT ON COLUMN promote.standing_run.source_id IS 'Source.';
COMMENT ON COLUMN promote.standing_run.list_name IS 'Which of the source''s lists.';
COMMENT ON COLUMN promote.standing_run.version_no IS 'Version of the list, in the order of arrival.';
COMMENT ON COLUMN promote.standing_run.observed_on IS 'Day that the document speaks of.';
COMMENT ON COLUMN promote.standing_run.place IS '1 for the newest document of the list.';
