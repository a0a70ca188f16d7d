-- stage.cell_places: on which page, and where on it, a cell of a document stands in the PDF.
--
-- Promises: one row per cell that has a text: of a document's run that became its rows. Filter by document_id.
CREATE OR REPLACE VIEW stage.cell_places AS
SELECT
    r.document_id,
    r.row_index,
    k.column_position,
    c.page_no,
    c.box,
    c.confidence,
    c.run_id,
    c.table_no,
    c.row_no,
    c.column_no
FROM stage.table_rows AS r
JOIN stage.table_columns AS k USING (document_id, run_id, table_no)
JOIN stage.table_cells AS c
    ON c.document_id = r.document_id AND c.run_id = r.run_id AND c.table_no = r.table_no
    AND c.column_no = k.column_no AND r.row_no BETWEEN c.row_no AND c.row_no + c.row_span - 1
WHERE r.role = 'data' AND btrim(c.text) <> '';

COMMENT ON VIEW stage.cell_places IS
'Where the cells of a document stand on the pages of its PDF: box is {x0, y0, x1, y1} in points, origin top left.';
COMMENT ON COLUMN stage.cell_places.document_id IS 'Document.';
COMMENT ON COLUMN stage.cell_places.row_index IS 'Row of the document, as in stage.cells.';
COMMENT ON COLUMN stage.cell_places.column_position IS 'Column of the document, as in stage.cells.';
COMMENT ON COLUMN stage.cell_places.page_no IS 'Page, the first being 1.';
COMMENT ON COLUMN stage.cell_places.box IS '{x0, y0, x1, y1} in points of the page as displayed, origin top left.';
COMMENT ON COLUMN stage.cell_places.confidence IS 'How sure the engine was of table and text.';
COMMENT ON COLUMN stage.cell_places.run_id IS 'Run of extraction.';
COMMENT ON COLUMN stage.cell_places.table_no IS 'Table of the run.';
COMMENT ON COLUMN stage.cell_places.row_no IS 'Row of the table where the cell begins.';
COMMENT ON COLUMN stage.cell_places.column_no IS 'Column of the table.';
