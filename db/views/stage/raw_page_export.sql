-- stage.raw_page_export: the pages of runs as rows of raw_pages, the raw store's table.
--
-- Promises: one row a page; pages are written once, so it is the same row whenever it is asked. Ask for one document and
-- run: that is the key. Reads pages and documents.
CREATE OR REPLACE VIEW stage.raw_page_export AS
SELECT
    p.document_id,
    d.document_uuid AS doc_id,
    p.run_id,
    p.page_no AS page_num,
    p.width AS page_width,
    p.height AS page_height,
    p.text,
    encode(p.text_sha256, 'hex') AS text_sha256,
    encode(p.image_sha256, 'hex') AS page_image_sha256,
    p.ocr_confidence,
    p.blocks::text AS blocks_json,
    p.lines::text AS lines_json,
    p.tables::text AS tables_json,
    p.figures::text AS figures_json,
    p.runtime_ms AS ocr_runtime_ms,
    p.created_at
FROM stage.document_pages AS p
JOIN stage.documents AS d USING (document_id);

COMMENT ON VIEW stage.raw_page_export IS 'What goes into raw_pages of the raw store, one row a page of a run.';
