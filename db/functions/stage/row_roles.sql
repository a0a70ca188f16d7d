-- stage.row_roles: what each row of a vessel list's table is.
--
-- Promises: one row per row of the table: above (over the header), header, repeated header (says nothing but what the header
-- says), heading (one text only, over two columns or more, or alone in a table of three columns or more), blank, data.
-- p_header_row 0: the table has no header of its own. Reads the run's cells; takes no lock; may be called any number of times.
CREATE OR REPLACE FUNCTION stage.row_roles(
    p_document_id bigint, p_run_id uuid, p_table_no integer, p_header_row integer, p_header_height integer, p_headers text[]
) RETURNS TABLE (table_no integer, row_no integer, role text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT
        t.table_no,
        n.row_no,
        CASE
            WHEN n.row_no < p_header_row THEN 'above'
            WHEN n.row_no < p_header_row + p_header_height THEN 'header'
            WHEN coalesce(r.filled, 0) = 0 AND NOT coalesce(r.under_span, false) THEN 'blank'
            WHEN r.filled = 1 AND NOT coalesce(r.under_span, false)
                AND (r.widest > 1 OR t.column_count >= 3) THEN 'heading'
            WHEN r.like_header = r.filled AND r.filled > 1 THEN 'repeated header'
            ELSE 'data'
        END
    FROM stage.document_tables AS t
    CROSS JOIN LATERAL generate_series(1, t.row_count) AS n (row_no)
    LEFT JOIN LATERAL (
        SELECT
            count(*) FILTER (WHERE c.row_no = n.row_no) AS filled,
            max(c.column_span) FILTER (WHERE c.row_no = n.row_no) AS widest,
            count(*) FILTER (WHERE c.row_no = n.row_no AND ref.match_key(c.text) = ref.match_key(h.header)) AS like_header,
            bool_or(c.row_no < n.row_no) AS under_span
        FROM stage.table_cells AS c
        LEFT JOIN stage.table_columns AS k USING (document_id, run_id, table_no, column_no)
        LEFT JOIN LATERAL (SELECT p_headers[k.column_position] AS header) AS h ON true
        WHERE c.document_id = p_document_id AND c.run_id = p_run_id AND c.table_no = t.table_no AND btrim(c.text) <> ''
            AND c.row_no <= n.row_no AND c.row_no + c.row_span > n.row_no
            AND (c.row_no = n.row_no OR c.row_no >= p_header_row + p_header_height)
    ) AS r ON true
    WHERE t.document_id = p_document_id AND t.run_id = p_run_id AND t.table_no = p_table_no;
END;

COMMENT ON FUNCTION stage.row_roles(bigint, uuid, integer, integer, integer, text[]) IS
'What each row of a table is: above, header, repeated header, heading, blank or data.';
