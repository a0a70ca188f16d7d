-- stage.accept_table: a document's rows are stored; its columns get names and the next step is sent.
--
-- Promises: status read, what the reader found out recorded, one stage.columns row per column, `clean` sent. p_header holds
-- the header's rows, top first, each an array of cells: none where the file has no header, two are joined by
-- stage.join_header. p_facts: format, encoding, encoding_method, delimiter, sheet_name, header_row, header_height, preamble,
-- row_count, column_count, warnings. OC002 where the document does not wait to be read.
-- Locks the document row. Not to be called twice.
CREATE OR REPLACE FUNCTION stage.accept_table(p_document_id bigint, p_header jsonb, p_facts jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_headers text[];
    v_column_count integer := (p_facts ->> 'column_count')::integer;
    v_repeated text;
    v_warnings jsonb := coalesce(p_facts -> 'warnings', '[]');
BEGIN
    IF NOT stage.claim_document(p_document_id) THEN
        RAISE EXCEPTION 'document % does not wait to be read', p_document_id
            USING ERRCODE = 'OC002', HINT = 'Its status in stage.documents says what became of it.';
    END IF;
    SELECT array_agg(h.header ORDER BY h.column_position) INTO v_headers
    FROM stage.join_header(
        ARRAY(SELECT c.cell FROM jsonb_array_elements_text(coalesce(p_header -> 0, '[]')) WITH ORDINALITY AS c (cell, n) ORDER BY c.n),
        ARRAY(SELECT c.cell FROM jsonb_array_elements_text(coalesce(p_header -> 1, '[]')) WITH ORDINALITY AS c (cell, n) ORDER BY c.n)
    ) AS h;

    INSERT INTO stage.columns (document_id, column_position, header_raw, column_name)
    SELECT p_document_id, n.column_position, n.header_raw, n.column_name
    FROM stage.name_columns(coalesce(v_headers, '{}'), v_column_count) AS n;

    SELECT string_agg(quote_literal(d.name), ', ' ORDER BY d.name) INTO v_repeated
    FROM (
        SELECT btrim(h.header) AS name FROM unnest(v_headers) AS h (header)
        WHERE btrim(h.header) <> '' GROUP BY 1 HAVING count(*) > 1
    ) AS d;
    IF v_repeated IS NOT NULL THEN
        v_warnings := v_warnings || jsonb_build_array(jsonb_build_object(
            'warning', 'duplicate headers', 'text', format('Headers that occur more than once: %s.', v_repeated)));
    END IF;
    IF (p_facts ->> 'header_height')::integer = 0 THEN
        v_warnings := v_warnings || jsonb_build_array(jsonb_build_object(
            'warning', 'no header', 'text', 'No row looks like a header; the columns are named column_1, column_2, …'));
    END IF;

    UPDATE stage.documents AS d
    SET status = 'read', read_at = now(),
        format = p_facts ->> 'format',
        encoding = p_facts ->> 'encoding',
        encoding_method = p_facts ->> 'encoding_method',
        delimiter = p_facts ->> 'delimiter',
        sheet_name = p_facts ->> 'sheet_name',
        header_row = (p_facts ->> 'header_row')::integer,
        header_height = (p_facts ->> 'header_height')::integer,
        preamble = p_facts -> 'preamble',
        row_count = (p_facts ->> 'row_count')::integer,
        column_count = v_column_count,
        warnings = v_warnings
    WHERE d.document_id = p_document_id;
    PERFORM ops.enqueue('clean', jsonb_build_object('document_id', p_document_id), 'clean:' || p_document_id);
END
$$;

COMMENT ON FUNCTION stage.accept_table(bigint, jsonb, jsonb) IS
'Ends the reading of a document whose rows are stored: records what the reader found, names the columns, sends `clean`.';
