-- review.open_decision: one row per decision that a human has to take, with how many cells it settles.
--
-- Promises: the unit of human work, never the cell: a column whose meaning is doubtful; a reading (the order of day and
-- month, a unit that does not fit, identifiers in the wrong column) with all its values; a distinct value; a cell that
-- only its own row makes doubtful.
-- A value that several documents of a source share is one decision, shown under the newest of them; so is an unknown
-- code that stands in several combinations with known ones.
CREATE OR REPLACE VIEW review.open_decision AS
SELECT
    'column' AS decision_on,
    c.document_id,
    c.column_position,
    c.field,
    NULL::bigint AS value_id,
    NULL::integer AS row_index,
    c.column_name AS raw_value,
    c.suggestions #>> '{0,field}' AS proposal,
    t.row_count::bigint AS cells,
    c.mapping_confidence AS confidence,
    c.review_reason AS reason,
    t.source_id,
    NULL::integer AS reading_id,
    format('column:%s:%s', c.document_id, c.column_position) AS item_key,
    NULL::text AS proposal_field,
    NULL::bigint AS shown_value_id
FROM stage.columns AS c
JOIN stage.documents AS t USING (document_id)
WHERE c.needs_review AND t.status IN ('cleaned', 'gated')
UNION ALL
SELECT
    CASE WHEN w.by_reading THEN 'reading' ELSE 'value' END,
    max(w.document_id),
    (max(ARRAY[w.document_id, w.column_position]))[2]::smallint,
    w.field,
    CASE WHEN NOT w.by_reading THEN min(w.value_id) END,
    NULL,
    CASE WHEN w.by_reading THEN count(DISTINCT w.value_id) || ' values, such as ' || min(w.raw_value) ELSE w.about END,
    CASE WHEN NOT w.by_reading THEN min(w.proposal) END,
    sum(w.cell_count)::bigint,
    min(w.confidence),
    min(w.review_reason),
    w.source_id,
    CASE WHEN w.by_reading THEN min(w.reading_id) END,
    CASE WHEN w.by_reading THEN 'reading:' ELSE 'value:' END || concat_ws(':', w.source_id, w.field, w.unit, w.about),
    min(w.proposal_field),
    (max(ARRAY[w.document_id, w.column_position, w.value_id]))[3]
FROM (
    SELECT v.document_id, v.column_position, v.cell_count, d.value_id, d.raw_value, d.proposal, d.confidence,
        d.review_reason, d.reading_id, d.proposal_field, r.source_id, r.field, r.unit, b.by_reading,
        CASE
            WHEN b.by_reading THEN concat_ws(' ', d.reading_id, d.review_rule_id, nullif(d.proposal_field, r.field))
            ELSE coalesce(d.failed_part, d.raw_value)
        END AS about
    FROM stage.distinct_values AS d
    JOIN stage.readings AS r USING (reading_id)
    -- OFFSET 0: what is open is little, and each has an index entry; never all cells with all values
    CROSS JOIN LATERAL (
        SELECT x.document_id, x.column_position, x.cell_count FROM stage.cell_values AS x WHERE x.value_id = d.value_id OFFSET 0
    ) AS v
    LEFT JOIN stage.cleaning_rules AS k ON k.rule_id = d.review_rule_id
    -- identifiers in the wrong column are one question, however many there are: do they belong where they are proposed?
    CROSS JOIN LATERAL (
        SELECT coalesce(k.review_scope = 'reading' OR d.proposal_field <> r.field, false) AS by_reading
    ) AS b
    WHERE d.needs_review
) AS w
GROUP BY w.source_id, w.field, w.unit, w.by_reading, w.about
UNION ALL
SELECT
    'cell', f.document_id, f.column_position, c.field, d.value_id, f.row_index, d.raw_value, NULL, 1,
    greatest(0, coalesce(d.confidence, 1) + f.effect)::real, f.reason, t.source_id, NULL,
    format('cell:%s:%s:%s', f.document_id, f.row_index, f.column_position), NULL, NULL
FROM (
    -- one decision a cell, however much its row has against it
    SELECT x.document_id, x.row_index, x.column_position, sum(x.effect)::real AS effect,
        string_agg(x.reason, '; ' ORDER BY x.finding) FILTER (WHERE x.needs_review) AS reason
    FROM stage.cell_findings AS x
    GROUP BY x.document_id, x.row_index, x.column_position
    HAVING bool_or(x.needs_review)
) AS f
JOIN stage.documents AS t USING (document_id)
JOIN stage.columns AS c USING (document_id, column_position)
CROSS JOIN LATERAL (
    SELECT e.value_id, e.raw_value, e.confidence
    FROM stage.cells AS x JOIN stage.distinct_values AS e USING (value_id)
    WHERE x.document_id = f.document_id AND x.row_index = f.row_index AND x.column_position = f.column_position OFFSET 0
) AS d
WHERE t.status IN ('cleaned', 'gated');

COMMENT ON VIEW review.open_decision IS 'What a human has to decide: columns, readings, distinct values and, rarely, single cells; with the cells each settles.';
COMMENT ON COLUMN review.open_decision.decision_on IS 'column, reading (everything read the same way), value, or cell.';
COMMENT ON COLUMN review.open_decision.cells IS 'Cells that this one decision settles.';
COMMENT ON COLUMN review.open_decision.document_id IS 'Newest document that it is about.';
COMMENT ON COLUMN review.open_decision.column_position IS 'Column in that document.';
COMMENT ON COLUMN review.open_decision.field IS 'Field that the column means now.';
COMMENT ON COLUMN review.open_decision.value_id IS 'Distinct value, where one is to be decided.';
COMMENT ON COLUMN review.open_decision.row_index IS 'Row, where a single cell is to be decided.';
COMMENT ON COLUMN review.open_decision.raw_value IS 'What it is about: the text, or the header.';
COMMENT ON COLUMN review.open_decision.proposal IS 'What the machine would answer.';
COMMENT ON COLUMN review.open_decision.confidence IS 'The least confidence among what it is about.';
COMMENT ON COLUMN review.open_decision.reason IS 'Why a human must decide.';
COMMENT ON COLUMN review.open_decision.source_id IS 'Source that it is about.';
COMMENT ON COLUMN review.open_decision.reading_id IS 'Reading, where all that is read the same way is to be decided.';
COMMENT ON COLUMN review.open_decision.item_key IS 'What it is about, as review.items names it.';
COMMENT ON COLUMN review.open_decision.proposal_field IS 'Field that the proposal belongs to; another than field where identifiers stand in the wrong column.';
COMMENT ON COLUMN review.open_decision.shown_value_id IS 'A value of that document that shows it; NULL for columns and cells.';
