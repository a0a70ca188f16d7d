-- stage.store_extracted: the data rows of a PDF's vessel lists as a dictionary per column and an array of numbers per row.
--
-- Promises: stage.raw_values and stage.rows of the document, as the reader writes them: every distinct text once, a blank cell
-- is an empty text, a column that the row's table does not have is 0. A cell over several rows stands in each; over several
-- columns, in the first. source_line is the page. Set-based. Not to be called twice.
CREATE OR REPLACE FUNCTION stage.store_extracted(p_document_id bigint, p_run_id uuid, p_column_count integer) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.extracted_cell;
    CREATE TEMPORARY TABLE extracted_cell ON COMMIT DROP AS
    SELECT x.row_index, x.column_position, x.text, dense_rank() OVER (PARTITION BY x.column_position ORDER BY x.text) AS value_no
    FROM (
        SELECT DISTINCT ON (r.row_index, k.column_position) r.row_index, k.column_position, coalesce(c.text, '') AS text
        FROM stage.table_rows AS r
        JOIN stage.table_columns AS k USING (document_id, run_id, table_no)
        LEFT JOIN stage.table_cells AS c
            ON c.document_id = r.document_id AND c.run_id = r.run_id AND c.table_no = r.table_no
            AND c.column_no = k.column_no AND r.row_no BETWEEN c.row_no AND c.row_no + c.row_span - 1
            -- a header over the first rows is no value of theirs
            AND NOT EXISTS (
                SELECT FROM stage.table_rows AS h
                WHERE h.document_id = c.document_id AND h.run_id = c.run_id AND h.table_no = c.table_no
                    AND h.row_no = c.row_no AND h.role <> 'data')
        WHERE r.document_id = p_document_id AND r.run_id = p_run_id AND r.role = 'data'
        ORDER BY r.row_index, k.column_position, c.row_no DESC NULLS LAST
    ) AS x;

    INSERT INTO stage.raw_values (document_id, column_position, value_no, raw_type, raw_value, cell_count)
    SELECT p_document_id, x.column_position, x.value_no, 's', x.text, count(*)
    FROM pg_temp.extracted_cell AS x
    GROUP BY x.column_position, x.value_no, x.text;

    INSERT INTO stage.rows (document_id, row_index, source_line, value_nos)
    SELECT p_document_id, r.row_index, min(t.page_no), array_agg(coalesce(x.value_no, 0)::integer ORDER BY k.position)
    FROM stage.table_rows AS r
    JOIN stage.document_tables AS t USING (document_id, run_id, table_no)
    CROSS JOIN generate_series(1, p_column_count) AS k (position)
    LEFT JOIN pg_temp.extracted_cell AS x ON x.row_index = r.row_index AND x.column_position = k.position
    WHERE r.document_id = p_document_id AND r.run_id = p_run_id AND r.role = 'data'
    GROUP BY r.row_index;
END
$$;

COMMENT ON FUNCTION stage.store_extracted(bigint, uuid, integer) IS
'Writes the rows and column dictionaries of a PDF''s vessel lists.';
