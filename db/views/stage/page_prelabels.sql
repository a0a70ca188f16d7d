-- stage.page_prelabels: tables and cells as rectangles in percentages of their page, for people who label pages.
--
-- Promises: one row per table and per cell with text of every run; label is vessel_table, table, header or cell. Filter by
-- document_id.
CREATE OR REPLACE VIEW stage.page_prelabels AS
SELECT
    x.document_id,
    x.run_id,
    x.page_no,
    x.label,
    x.table_no,
    x.row_no,
    x.column_no,
    x.text,
    x.confidence,
    greatest(0, 100 * x.box[1] / p.width)::real AS x,
    greatest(0, 100 * x.box[2] / p.height)::real AS y,
    (100 * (least(x.box[3], p.width) - greatest(x.box[1], 0)) / p.width)::real AS width,
    (100 * (least(x.box[4], p.height) - greatest(x.box[2], 0)) / p.height)::real AS height
FROM (
    SELECT
        t.document_id, t.run_id, t.page_no, CASE WHEN t.is_vessel_list THEN 'vessel_table' ELSE 'table' END AS label,
        t.table_no, NULL::integer AS row_no, NULL::integer AS column_no, NULL::text AS text, t.confidence, t.box
    FROM stage.document_tables AS t
    UNION ALL
    SELECT
        c.document_id, c.run_id, c.page_no, CASE WHEN c.is_header THEN 'header' ELSE 'cell' END,
        c.table_no, c.row_no, c.column_no, c.text, c.confidence, c.box
    FROM stage.table_cells AS c
    WHERE btrim(c.text) <> ''
) AS x
JOIN stage.document_pages AS p USING (document_id, run_id, page_no);

COMMENT ON VIEW stage.page_prelabels IS
'Rectangles of tables and cells in percentages of the page, origin top left: what a labelling tool shows before anybody labels.';
COMMENT ON COLUMN stage.page_prelabels.x IS 'Left edge, per cent of the page''s width.';
COMMENT ON COLUMN stage.page_prelabels.y IS 'Top edge, per cent of the page''s height.';
COMMENT ON COLUMN stage.page_prelabels.width IS 'Per cent of the page''s width.';
COMMENT ON COLUMN stage.page_prelabels.height IS 'Per cent of the page''s height.';
