-- ops.conservation: the proof that nothing is lost and nothing is doubled, one row per document.
--
-- Promises: every document is in exactly one place (in flight, dead letter, rejected, done) and every cell of a document
-- that was read is counted exactly once: raw values × counts, rows × columns, and, once cleaned, links × counts agree.
-- holds is false where any of that fails; the columns before it say which.
CREATE OR REPLACE VIEW ops.conservation AS
SELECT
    d.document_id,
    d.file_name,
    d.status,
    CASE
        WHEN d.status = 'rejected' THEN 'rejected'
        -- what is open is with people once the queue ask has put it before them
        WHEN d.status = 'gated' AND a.state = 'dead' THEN 'dead letter'
        WHEN d.status = 'gated' AND a.state <> 'done' THEN 'in flight'
        WHEN d.status = 'gated' THEN CASE WHEN q.open > 0 THEN 'review' ELSE 'accepted' END
        WHEN j.dead THEN 'dead letter'
        WHEN j.in_flight THEN 'in flight'
        ELSE 'lost'
    END AS place,
    d.row_count::bigint * d.column_count AS cells_expected,
    n.present + n.missing AS cells_in_rows,
    n.present AS cells_present,
    v.cells AS cells_in_raw_values,
    l.cells AS cells_linked,
    CASE d.status
        WHEN 'rejected' THEN v.cells IS NULL AND n.present IS NULL
        WHEN 'received' THEN v.cells IS NULL AND n.present IS NULL AND (j.dead OR j.in_flight)
        ELSE coalesce(n.present, 0) = coalesce(v.cells, 0)
            AND d.row_count >= coalesce(n.rows, 0)
            AND coalesce(n.present + n.missing, 0) = coalesce(n.rows, 0) * d.column_count
            AND (d.status = 'gated' OR coalesce(j.dead OR j.in_flight, false))
            AND (d.status = 'read' OR coalesce(l.cells, 0) = coalesce(v.cells, 0))
    END AS holds
FROM stage.documents AS d
LEFT JOIN (
    SELECT r.document_id, count(*) AS rows,
        sum(cardinality(r.value_nos) - z.missing)::bigint AS present, sum(z.missing)::bigint AS missing
    FROM stage.rows AS r
    CROSS JOIN LATERAL (SELECT cardinality(array_positions(r.value_nos, 0))::bigint AS missing) AS z
    GROUP BY r.document_id
) AS n USING (document_id)
LEFT JOIN (
    SELECT x.document_id, sum(x.cell_count)::bigint AS cells FROM stage.raw_values AS x GROUP BY x.document_id
) AS v USING (document_id)
LEFT JOIN (
    SELECT x.document_id, sum(x.cell_count)::bigint AS cells FROM stage.cell_values AS x GROUP BY x.document_id
) AS l USING (document_id)
LEFT JOIN (
    SELECT (x.payload ->> 'document_id')::bigint AS document_id, bool_or(x.state = 'dead') AS dead,
        bool_or(x.state IN ('pending', 'taken', 'running')) AS in_flight
    FROM ops.job AS x
    WHERE x.payload ? 'document_id'
    GROUP BY 1
) AS j USING (document_id)
LEFT JOIN (
    SELECT DISTINCT ON (1) (x.payload ->> 'document_id')::bigint AS document_id, x.state
    FROM ops.job AS x
    WHERE x.queue = 'ask'
    ORDER BY 1, x.state IN ('pending', 'taken', 'running') DESC, x.job_id DESC
) AS a USING (document_id)
LEFT JOIN (
    SELECT x.document_id, count(*) AS open FROM review.open_decision AS x GROUP BY x.document_id
) AS q USING (document_id);

COMMENT ON VIEW ops.conservation IS 'Every document in exactly one place, every cell counted once: holds must be true in every row.';
COMMENT ON COLUMN ops.conservation.place IS 'accepted, review, in flight, dead letter or rejected; lost must never occur.';
COMMENT ON COLUMN ops.conservation.holds IS 'True where the counts agree and the document has exactly one place.';
COMMENT ON COLUMN ops.conservation.document_id IS 'Document.';
COMMENT ON COLUMN ops.conservation.file_name IS 'Name the file came with.';
COMMENT ON COLUMN ops.conservation.status IS 'Status of the document.';
COMMENT ON COLUMN ops.conservation.cells_expected IS 'Rows times columns.';
COMMENT ON COLUMN ops.conservation.cells_in_rows IS 'Elements of all its rows, missing ones too.';
COMMENT ON COLUMN ops.conservation.cells_present IS 'Elements that name a text.';
COMMENT ON COLUMN ops.conservation.cells_in_raw_values IS 'Cells by the dictionaries'' counts.';
COMMENT ON COLUMN ops.conservation.cells_linked IS 'Cells by the counts of the links to clean values.';
