-- stage.csv_extractions: one row per cell, from raw text to the gate's verdict. The face that analysts, reviewers and
-- later stages read.
--
-- Promises: every cell of every document that has been cleaned. needs_review is what the value says, or a finding of the
-- cell's own row. A cell that a row does not have is blank. Filter by document_id first.
CREATE OR REPLACE VIEW stage.csv_extractions AS
SELECT
    r.document_id,
    r.row_index,
    c.column_position,
    c.column_name,
    c.field,
    d.raw_value,
    CASE WHEN f.decided THEN f.decided_value ELSE d.cleaned_value END AS cleaned_value,
    CASE WHEN f.decided THEN f.decided_null_reason ELSE coalesce(d.null_reason, CASE WHEN v.value_id IS NULL THEN 'blank' END) END AS null_reason,
    greatest(0, coalesce(d.confidence, 1) + coalesce(f.effect, 0))::real AS confidence,
    d.threshold,
    d.rule_chain,
    d.similarity,
    coalesce(d.needs_review, false) OR coalesce(f.needs_review, false) AS needs_review,
    CASE
        WHEN coalesce(d.needs_review, false) OR coalesce(f.needs_review, false) THEN 'pending'
        WHEN f.answered OR 2 = ANY (d.rule_chain) OR c.mapping_method = 'decision' THEN 'decided'
        ELSE 'not_needed'
    END AS review_status,
    coalesce(d.review_reason, CASE WHEN f.needs_review THEN f.reason END) AS review_reason,
    d.proposal,
    d.proposal_field,
    f.reason AS finding,
    s.source_type,
    s.source_name,
    CASE WHEN c.column_position = ANY (p.column_positions) THEN p.recorded_from END AS promoted_at,
    CASE WHEN c.column_position = ANY (p.column_positions) THEN p.run_id END AS promotion_id,
    t.read_at AS created_at,
    v.value_id
FROM stage.documents AS t
JOIN stage.source AS s USING (source_id)
JOIN stage.rows AS r USING (document_id)
JOIN stage.columns AS c USING (document_id)
LEFT JOIN stage.cell_values AS v
    ON v.document_id = r.document_id AND v.column_position = c.column_position
    AND v.value_no = r.value_nos[c.column_position]
    AND v.unit_no = CASE WHEN c.unit_position IS NULL THEN 0 ELSE r.value_nos[c.unit_position] END
LEFT JOIN stage.distinct_values AS d USING (value_id)
LEFT JOIN (
    SELECT x.document_id, x.row_index, x.column_position, sum(x.effect)::real AS effect,
        bool_or(x.needs_review) AS needs_review, string_agg(x.reason, '; ' ORDER BY x.finding) AS reason,
        bool_or(x.decision_id IS NOT NULL) AS answered,
        bool_or(coalesce(x.decided_value, x.decided_null_reason) IS NOT NULL) AS decided,
        max(x.decided_value) AS decided_value, max(x.decided_null_reason) AS decided_null_reason
    FROM stage.cell_findings AS x
    GROUP BY x.document_id, x.row_index, x.column_position
) AS f
    ON f.document_id = r.document_id AND f.row_index = r.row_index AND f.column_position = c.column_position
LEFT JOIN curated.record_versions AS p
    ON p.document_id = r.document_id AND p.row_index = r.row_index AND p.recorded_to IS NULL
WHERE t.status IN ('cleaned', 'gated');

COMMENT ON VIEW stage.csv_extractions IS 'One row per cell: raw text, clean value or why there is none, confidence, threshold, verdict.';
COMMENT ON COLUMN stage.csv_extractions.document_id IS 'File the cell stands in; one file of one source is one document.';
COMMENT ON COLUMN stage.csv_extractions.row_index IS 'Data row, the first under the header being 1.';
COMMENT ON COLUMN stage.csv_extractions.column_position IS 'Column, the first being 1.';
COMMENT ON COLUMN stage.csv_extractions.column_name IS 'Header as read, made unique; column_N where there is none.';
COMMENT ON COLUMN stage.csv_extractions.field IS 'What the column means (ref.field); NULL is plain text.';
COMMENT ON COLUMN stage.csv_extractions.raw_value IS 'Text exactly as in the file; NULL where the row ends before the column.';
COMMENT ON COLUMN stage.csv_extractions.cleaned_value IS 'Canonical form, or NULL with a null_reason. While needs_review is true it is not accepted.';
COMMENT ON COLUMN stage.csv_extractions.null_reason IS 'Why there is no value: blank, not_applicable, unknown, pending, not_eligible, none, masked, open_ended.';
COMMENT ON COLUMN stage.csv_extractions.confidence IS 'Calibrated confidence, with what the row says for or against added.';
COMMENT ON COLUMN stage.csv_extractions.threshold IS 'What the confidence must reach for this field and this source.';
COMMENT ON COLUMN stage.csv_extractions.rule_chain IS 'Rules that fired, in order (stage.cleaning_rules); negative: a validator that failed.';
COMMENT ON COLUMN stage.csv_extractions.similarity IS 'Likeness of clean to raw text (rapidfuzz ratio, case folded); NULL without a value.';
COMMENT ON COLUMN stage.csv_extractions.needs_review IS 'A human must decide; review_reason says why.';
COMMENT ON COLUMN stage.csv_extractions.review_status IS 'not_needed, pending, or decided by a human.';
COMMENT ON COLUMN stage.csv_extractions.review_reason IS 'Why a human must look, in words.';
COMMENT ON COLUMN stage.csv_extractions.proposal IS 'What the machine would write; never applied by itself.';
COMMENT ON COLUMN stage.csv_extractions.proposal_field IS 'Field that the proposal belongs to, where it stands in the wrong column.';
COMMENT ON COLUMN stage.csv_extractions.finding IS 'What the row as a whole shows about this cell.';
COMMENT ON COLUMN stage.csv_extractions.source_type IS 'Kind of source: RFMO, COUNTRY, …';
COMMENT ON COLUMN stage.csv_extractions.source_name IS 'Name of the source.';
COMMENT ON COLUMN stage.csv_extractions.promoted_at IS 'When the cell reached curated; NULL until then.';
COMMENT ON COLUMN stage.csv_extractions.promotion_id IS 'Run that promoted it; NULL until then.';
COMMENT ON COLUMN stage.csv_extractions.created_at IS 'When the document was read.';
COMMENT ON COLUMN stage.csv_extractions.value_id IS 'Distinct value that the cell points at (stage.distinct_values).';
