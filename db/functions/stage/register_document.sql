-- stage.register_document: a file that lies in the object store becomes a document, and the job to read it is sent.
--
-- Promises: the document's id, and whether it is new. The same bytes of the same source are the same document: its id is
-- returned, nothing changes and nothing is sent; only if it had been rejected it is tried anew, with these options, since
-- the limit or the declaration that stood in the way may have changed. Another file of the list is its next version.
-- Makes the source where it is new. OC001 where an argument is malformed.
-- A document of format pdf goes to extraction (`extract`), every other to the reader (`ingest`), which sends on what turns
-- out to be a PDF. p_document_uuid is that of stage.place_document, where the file was put by it.
-- Locks the source row, so versions have no gaps; sends the job in the same transaction. May be called twice.
CREATE OR REPLACE FUNCTION stage.register_document(
    p_source_type text, p_source_name text, p_list_name text, p_file_name text,
    p_sha256 bytea, p_byte_size bigint, p_object_key text, p_read_options jsonb DEFAULT '{}',
    p_format text DEFAULT NULL, p_document_uuid uuid DEFAULT NULL
) RETURNS TABLE (document_id bigint, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_source_id integer;
    v_list_name text := coalesce(nullif(btrim(p_list_name), ''), 'vessels');
    v_status text;
    v_format text := p_format;
    v_unknown text;
BEGIN
    IF p_format <> 'pdf' THEN
        RAISE EXCEPTION 'there is no format % to register with', quote_literal(p_format)
            USING ERRCODE = 'OC001', HINT = 'Say pdf, or nothing: the reader finds out by itself.';
    END IF;
    IF p_sha256 IS NULL OR length(p_sha256) <> 32 OR coalesce(p_byte_size, -1) < 0 OR coalesce(p_object_key, '') = ''
        OR coalesce(p_file_name, '') = '' THEN
        RAISE EXCEPTION 'a document needs a file name, its SHA-256, its size and its key in the object store'
            USING ERRCODE = 'OC001', HINT = '`oceanid ingest` computes them all.';
    END IF;
    SELECT string_agg(o.name, ', ') INTO v_unknown
    FROM jsonb_object_keys(coalesce(p_read_options, '{}')) AS o (name)
    WHERE o.name NOT IN ('encoding', 'delimiter', 'sheet', 'header_row');
    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'there is no read option %', v_unknown
            USING ERRCODE = 'OC001', HINT = 'Read options: encoding, delimiter, sheet, header_row.';
    END IF;

    v_source_id := stage.register_source(p_source_type, p_source_name);
    PERFORM 1 FROM stage.source AS s WHERE s.source_id = v_source_id FOR UPDATE;

    SELECT d.document_id, d.status, coalesce(p_format, d.format) INTO document_id, v_status, v_format
    FROM stage.documents AS d WHERE d.source_id = v_source_id AND d.sha256 = p_sha256;
    is_new := NOT FOUND;
    IF NOT is_new THEN
        IF v_status = 'rejected' THEN
            UPDATE stage.documents AS d
            SET status = 'received', rejection = NULL, object_key = p_object_key, file_name = p_file_name,
                read_options = coalesce(p_read_options, '{}')
            WHERE d.document_id = register_document.document_id;
            IF v_format = 'pdf' THEN
                PERFORM stage.extract_document(document_id);
            ELSE
                PERFORM ops.requeue('ingest', 'ingest:' || document_id);
            END IF;
        END IF;
        RETURN NEXT;
        RETURN;
    END IF;

    INSERT INTO stage.documents AS d
        (document_uuid, source_id, list_name, version_no, sha256, file_name, byte_size, object_key, read_options)
    SELECT
        coalesce(p_document_uuid, stage.uuid_v7()), v_source_id, v_list_name, coalesce(max(o.version_no), 0) + 1,
        p_sha256, p_file_name, p_byte_size, p_object_key, coalesce(p_read_options, '{}')
    FROM stage.documents AS o
    WHERE o.source_id = v_source_id AND o.list_name = v_list_name
    RETURNING d.document_id INTO document_id;
    IF p_format = 'pdf' THEN
        PERFORM stage.extract_document(document_id);
    ELSE
        PERFORM ops.enqueue('ingest', jsonb_build_object('document_id', document_id), 'ingest:' || document_id);
    END IF;
    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION stage.register_document(text, text, text, text, bytea, bigint, text, jsonb, text, uuid) IS
'Registers a file of the object store as a document of a source and sends the job that reads it. The same bytes of the '
'same source are the same document; registered again after a rejection, it is read again.';
