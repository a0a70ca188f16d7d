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
COMMENT ON COLUMN stage.cells.document_id IS 'File the cell stands in.';
COMMENT ON COLUMN stage.cells.row_index IS 'Data row, the first under the header being 1.';
COMMENT ON COLUMN stage.cells.column_position IS 'Column, the first being 1.';
COMMENT ON COLUMN stage.cells.column_name IS 'Header as read, made unique.';
COMMENT ON COLUMN stage.cells.field IS 'What the column means; NULL is plain text.';
COMMENT ON COLUMN stage.cells.kind IS 'Kind of field: fixes the form of a clean value.';
COMMENT ON COLUMN stage.cells.raw_value IS 'Text exactly as in the file; NULL where the row ends before the column.';
COMMENT ON COLUMN stage.cells.raw_type IS 's text, n number, d date, b boolean: how the file typed the cell.';
COMMENT ON COLUMN stage.cells.source_line IS 'Line or sheet row where the row begins in the file; of a PDF, its page.';
