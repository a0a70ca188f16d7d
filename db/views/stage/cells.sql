-- stage.cells: one row per cell, with what was read and the value it points at.
--
-- Promises: every cell of every row of every document that was read, cleaned or not; a row that ends early has its
-- missing cells too, raw_value NULL. Filter by document_id, then row_index or field: both reach the rows they need.
CREATE OR REPLACE VIEW stage.cells AS
SELECT
    r.document_id,
    r.row_index,
    c.column_position,
    c.column_name,
    c.field,
    c.kind,
    w.raw_value,
    w.raw_type,
    v.value_id,
    r.source_line
FROM stage.rows AS r
JOIN stage.columns AS c USING (document_id)
LEFT JOIN stage.raw_values AS w
    ON w.document_id = r.document_id AND w.column_position = c.column_position
    AND w.value_no = r.value_nos[c.column_position]
LEFT JOIN stage.cell_values AS v
    ON v.document_id = r.document_id AND v.column_position = c.column_position
    AND v.value_no = r.value_nos[c.column_position]
    AND v.unit_no = CASE WHEN c.unit_position IS NULL THEN 0 ELSE r.value_nos[c.unit_position] END;

COMMENT ON VIEW stage.cells IS 'One row per cell: where it stands, what was read, which distinct value cleaning made of it.';
COMMENT ON COLUMN stage.cells.value_id IS 'Row of stage.distinct_values; NULL until the document is cleaned.';
