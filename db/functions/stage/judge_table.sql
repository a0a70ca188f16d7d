-- stage.judge_table: where the header of a PDF's table is, and whether the table is a vessel list.
--
-- Promises: one row. The header is found by stage.locate_header in the first rows; headers are its cells, joined where it has
-- two rows; fields says what each means, NULL where it is not known. A vessel list has a field that names a vessel
-- (stage.vessel_list_field), and known fields and a share of known headers as stage.pdf_policy asks. reason says which.
-- Reads the run's cells, ref.header_alias and policies; takes no lock; may be called any number of times.
CREATE OR REPLACE FUNCTION stage.judge_table(p_document_id bigint, p_run_id uuid, p_table_no integer)
RETURNS TABLE (
    is_vessel_list boolean, header_row integer, header_height integer, headers text[], fields text[],
    confidence real, reason text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_source stage.source;
    v_table stage.document_tables;
    v_preview jsonb;
    v_known integer;
    v_named integer;
    v_names_vessel boolean;
    v_policy jsonb := (SELECT jsonb_object_agg(p.name, p.value) FROM stage.pdf_policy AS p);
BEGIN
    SELECT s.* INTO v_source FROM stage.documents AS d JOIN stage.source AS s USING (source_id)
    WHERE d.document_id = p_document_id;
    SELECT t.* INTO v_table FROM stage.document_tables AS t
    WHERE t.document_id = p_document_id AND t.run_id = p_run_id AND t.table_no = p_table_no;

    SELECT jsonb_agg(jsonb_build_object('cells', l.cells, 'types', repeat('s', v_table.column_count)) ORDER BY l.row_no)
    INTO v_preview
    FROM (
        SELECT r.row_no, jsonb_agg(coalesce(c.text, '') ORDER BY k.column_no) AS cells
        FROM generate_series(1, least(v_table.row_count, 60)) AS r (row_no)
        CROSS JOIN generate_series(1, v_table.column_count) AS k (column_no)
        LEFT JOIN stage.table_cells AS c
            ON c.document_id = p_document_id AND c.run_id = p_run_id AND c.table_no = p_table_no
            AND c.row_no = r.row_no AND c.column_no = k.column_no
        GROUP BY r.row_no
    ) AS l;
    SELECT h.header_row, h.header_height, h.confidence INTO header_row, header_height, confidence
    FROM stage.locate_header(
        jsonb_build_array(jsonb_build_object(
            'sheet_no', 1, 'name', '', 'hidden', false, 'row_count', v_table.row_count,
            'column_count', v_table.column_count, 'rows', v_preview)),
        v_source.source_type, v_source.source_name) AS h;
    IF coalesce(header_height, 0) = 0 THEN
        is_vessel_list := false;
        header_height := 0;
        reason := 'no row looks like a header';
        RETURN NEXT;
        RETURN;
    END IF;

    -- The engine may have joined pages: the header stands where these texts first stand, and comes again below.
    SELECT min(l.row_no) INTO header_row
    FROM jsonb_array_elements(v_preview) WITH ORDINALITY AS l (line, row_no)
    WHERE l.line -> 'cells' = v_preview -> (header_row - 1) -> 'cells'
        AND (header_height = 1 OR v_preview -> l.row_no::integer -> 'cells' = v_preview -> header_row -> 'cells');

    SELECT array_agg(j.header ORDER BY j.column_position), array_agg(a.field ORDER BY j.column_position),
        count(DISTINCT a.field), count(*) FILTER (WHERE btrim(j.header) <> ''),
        coalesce(bool_or(a.field IN (SELECT f.field FROM stage.vessel_list_field AS f)), false)
    INTO headers, fields, v_known, v_named, v_names_vessel
    FROM stage.join_header(
        ARRAY(SELECT jsonb_array_elements_text(v_preview -> (header_row - 1) -> 'cells')),
        CASE WHEN header_height = 2 THEN ARRAY(SELECT jsonb_array_elements_text(v_preview -> header_row -> 'cells')) END
    ) AS j
    LEFT JOIN LATERAL (
        SELECT x.field
        FROM ref.header_alias AS x
        WHERE x.alias_key <> ''
            AND x.alias_key IN (
                ref.match_key(j.header), clean.header_key(j.header), clean.header_key(clean.split_words(j.header)))
            AND (x.source_type = 'GLOBAL'
                OR x.source_type = v_source.source_type AND coalesce(x.source_name, v_source.source_name) = v_source.source_name)
        ORDER BY x.source_type = 'GLOBAL', x.source_name NULLS LAST, x.field NULLS LAST
        LIMIT 1
    ) AS a ON true;

    is_vessel_list := v_names_vessel AND v_known >= (v_policy ->> 'vessel_list_fields')::numeric
        AND v_known >= (v_policy ->> 'vessel_list_share')::numeric * v_named;
    reason := format('%s of %s headers are known fields (%s asked)', v_known, v_named, v_policy ->> 'vessel_list_fields')
        || CASE WHEN v_names_vessel THEN '' ELSE '; none names a vessel' END;
    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION stage.judge_table(bigint, uuid, integer) IS
'Header of a table of a PDF and whether it is a vessel list, with the reason.';
