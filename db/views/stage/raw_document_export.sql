-- stage.raw_document_export: finished runs of extraction as rows of raw_documents, the raw store's table.
--
-- Promises: one row a run that is done, and the same row whenever it is asked: the uploader is the one who brought the
-- document first. Reads runs, documents, sources and uploads.
CREATE OR REPLACE VIEW stage.raw_document_export AS
SELECT
    r.document_id,
    d.document_uuid AS doc_id,
    r.run_id,
    r.finished_at AS ingest_ts,
    d.file_name AS filename,
    d.object_key AS r2_key,
    'application/pdf' AS content_type,
    d.byte_size AS size_bytes,
    encode(d.sha256, 'hex') AS doc_sha256,
    u.uploader,
    jsonb_build_object(
        'source_type', s.source_type, 'source_name', s.source_name, 'list_name', d.list_name, 'version_no', d.version_no,
        'received_at', to_char(d.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )::text AS source_meta_json,
    u.client ->> 'hf_space_commit' AS hf_space_commit,
    concat_ws(' ', r.engine, r.model_version) AS ocr_model,
    r.image_digest AS ocr_image_digest,
    r.params::text AS ocr_params_json
FROM stage.extraction_runs AS r
JOIN stage.documents AS d USING (document_id)
JOIN stage.source AS s USING (source_id)
LEFT JOIN stage.uploads AS u ON u.document_id = d.document_id AND u.is_new
WHERE r.outcome = 'done';

COMMENT ON VIEW stage.raw_document_export IS 'What goes into raw_documents of the raw store, one row a finished run.';
