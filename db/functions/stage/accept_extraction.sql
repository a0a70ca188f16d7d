-- stage.accept_extraction: the run's pages, tables and cells are stored; its vessel lists become the document's rows.
--
-- Promises: every table is judged (stage.judge_table) and says why. Vessel lists, with the tables that go on from them without
-- a header of their own, become one list: columns of the same header are one column, rows stand in reading order, headers
-- that come again and titles between rows are no rows (stage.table_rows says what each is), a cell over several rows stands
-- in each. Then stage.accept_table names the columns and sends `clean`. Without a vessel list, or beyond stage.limits, the
-- document is rejected with the reason; its pages and tables stay. Sends `raw_store` where there is such a queue. OC002 where
-- the document does not wait to be read. Locks the document row. Not to be called twice.
CREATE OR REPLACE FUNCTION stage.accept_extraction(p_document_id bigint, p_run_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
    v_judged record;
    v_head integer;          -- the vessel list that a table without header may go on from
    v_last_page integer;     -- the page on which that list was last seen
    v_headers text[] := '{}';
    v_keys text[] := '{}';
    v_lists integer := 0;
    v_tables integer := 0;
    v_continued boolean;
    v_rows integer;
    v_warnings jsonb := '[]';
    v_headings integer;
    v_longest integer;
BEGIN
    IF NOT stage.claim_document(p_document_id) THEN
        RAISE EXCEPTION 'document % does not wait to be read', p_document_id
            USING ERRCODE = 'OC002', HINT = 'Its status in stage.documents says what became of it.';
    END IF;
    IF EXISTS (SELECT FROM ops.queue_policy AS p WHERE p.queue = 'raw_store') THEN
        PERFORM ops.enqueue(
            'raw_store', jsonb_build_object('document_id', p_document_id, 'run_id', p_run_id), 'raw_store:' || p_run_id);
    END IF;

    FOR v_table IN
        SELECT t.* FROM stage.document_tables AS t
        WHERE t.document_id = p_document_id AND t.run_id = p_run_id ORDER BY t.table_no
    LOOP
        v_tables := v_tables + 1;
        SELECT j.* INTO v_judged FROM stage.judge_table(p_document_id, p_run_id, v_table.table_no) AS j;
        v_continued := false;
        IF v_judged.is_vessel_list THEN
            v_lists := v_lists + 1;
            v_head := v_table.table_no;
            -- The same header is the same column; one that comes twice in a table is two.
            WITH header AS (
                SELECT h.n::integer AS column_no, h.header, ref.match_key(h.header)
                    || '#' || row_number() OVER (PARTITION BY ref.match_key(h.header) ORDER BY h.n) AS key
                FROM unnest(v_judged.headers) WITH ORDINALITY AS h (header, n)
            ),
            fresh AS (
                SELECT array_agg(h.header ORDER BY h.column_no) AS headers, array_agg(h.key ORDER BY h.column_no) AS keys
                FROM header AS h WHERE NOT h.key = ANY (v_keys)
            )
            SELECT v_headers || coalesce(f.headers, '{}'), v_keys || coalesce(f.keys, '{}') INTO v_headers, v_keys FROM fresh AS f;
            INSERT INTO stage.table_columns (document_id, run_id, table_no, column_no, column_position)
            SELECT p_document_id, p_run_id, v_table.table_no, h.n, array_position(
                v_keys, ref.match_key(h.header) || '#' || row_number() OVER (PARTITION BY ref.match_key(h.header) ORDER BY h.n))
            FROM unnest(v_judged.headers) WITH ORDINALITY AS h (header, n);
        ELSIF v_head IS NOT NULL AND v_table.page_no BETWEEN v_last_page AND v_last_page + 1
            AND NOT coalesce(v_judged.fields, '{}') && ARRAY(SELECT f.field FROM stage.vessel_list_field AS f) THEN
            INSERT INTO stage.table_columns (document_id, run_id, table_no, column_no, column_position)
            SELECT p_document_id, p_run_id, v_table.table_no, c.column_no, h.column_position
            FROM stage.continues_table(p_document_id, p_run_id, v_head, v_table.table_no) AS c
            JOIN stage.table_columns AS h
                ON h.document_id = p_document_id AND h.run_id = p_run_id AND h.table_no = v_head
                AND h.column_no = c.earlier_column_no;
            v_continued := FOUND;
        END IF;
        IF v_judged.is_vessel_list OR v_continued THEN
            v_last_page := v_table.page_no;
            INSERT INTO stage.table_rows (document_id, run_id, table_no, row_no, role)
            SELECT p_document_id, p_run_id, r.table_no, r.row_no, r.role
            FROM stage.row_roles(
                p_document_id, p_run_id, v_table.table_no,
                CASE WHEN v_continued THEN 0 ELSE v_judged.header_row END,
                CASE WHEN v_continued THEN 0 ELSE v_judged.header_height END, v_headers) AS r
            WHERE r.role <> 'data';
        ELSE
            v_head := NULL;
        END IF;
        UPDATE stage.document_tables AS t
        SET is_vessel_list = v_judged.is_vessel_list OR v_continued,
            reason = CASE WHEN v_continued THEN format('goes on from table %s', v_head) ELSE v_judged.reason END
        WHERE t.document_id = p_document_id AND t.run_id = p_run_id AND t.table_no = v_table.table_no;
    END LOOP;

    IF v_lists = 0 THEN
        PERFORM stage.reject_document(p_document_id, CASE v_tables
            WHEN 0 THEN 'No table was found in the PDF. Its pages are in stage.document_pages; a list that is prose must be typed.'
            ELSE format(
                'None of the %s tables of the PDF is a vessel list. stage.document_tables says why; add the headers to '
                'ref.header_alias or change stage.pdf_policy, then register the file again.', v_tables) END);
        RETURN;
    END IF;

    SELECT max(length(c.text)) INTO v_longest FROM stage.table_cells AS c
    WHERE c.document_id = p_document_id AND c.run_id = p_run_id;
    IF v_longest > (SELECT l.value FROM stage.limits AS l WHERE l.name = 'max_cell_length')
        OR cardinality(v_headers) > (SELECT l.value FROM stage.limits AS l WHERE l.name = 'max_columns') THEN
        PERFORM stage.reject_document(p_document_id, format(
            'A list of %s columns with a cell of %s characters is beyond the limits. '
            'Raise max_columns or max_cell_length in stage.limits, then register the file again.',
            cardinality(v_headers), v_longest));
        RETURN;
    END IF;

    INSERT INTO stage.table_rows (document_id, run_id, table_no, row_no, role, row_index)
    SELECT p_document_id, p_run_id, t.table_no, r.row_no, 'data', row_number() OVER (ORDER BY t.table_no, r.row_no)
    FROM stage.document_tables AS t
    CROSS JOIN LATERAL generate_series(1, t.row_count) AS r (row_no)
    LEFT JOIN stage.table_rows AS k USING (document_id, run_id, table_no, row_no)
    WHERE t.document_id = p_document_id AND t.run_id = p_run_id AND t.is_vessel_list AND k.role IS NULL;
    GET DIAGNOSTICS v_rows = ROW_COUNT;

    PERFORM stage.store_extracted(p_document_id, p_run_id, cardinality(v_headers));

    SELECT count(*) INTO v_headings FROM stage.table_rows AS r
    WHERE r.document_id = p_document_id AND r.run_id = p_run_id AND r.role = 'heading';
    IF v_headings > 0 THEN
        v_warnings := v_warnings || jsonb_build_array(jsonb_build_object(
            'warning', 'headings', 'count', v_headings,
            'text', format('%s rows hold only a title; they are kept in stage.table_rows and are no vessels.', v_headings)));
    END IF;
    IF v_tables > v_lists THEN
        v_warnings := v_warnings || (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'warning', 'other tables', 'count', o.n, 'text',
                format('%s tables are no vessel lists; they are kept in stage.document_tables.', o.n))), '[]')
            FROM (
                SELECT count(*) AS n FROM stage.document_tables AS t
                WHERE t.document_id = p_document_id AND t.run_id = p_run_id AND NOT t.is_vessel_list HAVING count(*) > 0
            ) AS o);
    END IF;
    PERFORM stage.accept_table(p_document_id, jsonb_build_array(to_jsonb(v_headers)), jsonb_build_object(
        'format', 'pdf', 'header_row', 1, 'header_height', 1, 'preamble', (
            SELECT coalesce(jsonb_agg(a.texts ORDER BY a.table_no, a.row_no), '[]')
            FROM (
                SELECT c.table_no, c.row_no, jsonb_agg(c.text ORDER BY c.column_no) AS texts
                FROM stage.table_rows AS r JOIN stage.table_cells AS c USING (document_id, run_id, table_no, row_no)
                WHERE r.document_id = p_document_id AND r.run_id = p_run_id AND r.role = 'above'
                GROUP BY c.table_no, c.row_no
            ) AS a),
        'row_count', v_rows, 'column_count', cardinality(v_headers), 'warnings', v_warnings));
END
$$;

COMMENT ON FUNCTION stage.accept_extraction(bigint, uuid) IS
'Ends the extraction of a PDF whose pages, tables and cells are stored: its vessel lists become rows, `clean` is sent.';
