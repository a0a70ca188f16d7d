-- clean.keep_findings: what a human settled about a cell holds in every version that leaves it as it was.
--
-- Promises: a finding of the document that asks, and that was answered in another document of the source for the same
-- vessel, field and words (they name the values), has that answer, the latest first. Reads the source's findings; may
-- run again.
CREATE OR REPLACE FUNCTION clean.keep_findings(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE stage.cell_findings AS f
    SET needs_review = false, effect = 0, decision_id = k.decision_id, decided_value = k.decided_value,
        decided_null_reason = k.decided_null_reason
    FROM (
        SELECT DISTINCT ON (n.row_index, n.column_position, n.finding) n.row_index, n.column_position, n.finding,
            o.decision_id, o.decided_value, o.decided_null_reason
        FROM stage.cell_findings AS n
        JOIN stage.columns AS c USING (document_id, column_position)
        JOIN stage.documents AS t USING (document_id)
        JOIN stage.cell_findings AS o
            ON o.decision_id IS NOT NULL AND o.finding = n.finding AND o.reason = n.reason AND o.document_id <> n.document_id
        JOIN stage.documents AS u ON u.document_id = o.document_id AND u.source_id = t.source_id
        JOIN stage.columns AS b
            ON b.document_id = o.document_id AND b.column_position = o.column_position AND b.field = c.field
        WHERE n.document_id = p_document_id AND n.needs_review AND n.decision_id IS NULL
            AND clean.row_name(n.document_id, n.row_index) = clean.row_name(o.document_id, o.row_index)
        ORDER BY n.row_index, n.column_position, n.finding, o.decision_id DESC
    ) AS k
    WHERE f.document_id = p_document_id AND f.row_index = k.row_index AND f.column_position = k.column_position
        AND f.finding = k.finding;
END
$$;

COMMENT ON FUNCTION clean.keep_findings(bigint) IS 'Answers about single cells, carried over from other versions.';
