-- clean.row_name: the vessel's name in a row, as read.
--
-- Promises: the text of the first column that means VESSEL_NAME; NULL where there is none. Reads one row, locks nothing.
CREATE OR REPLACE FUNCTION clean.row_name(p_document_id bigint, p_row_index integer) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT v.raw_value
    FROM stage.columns AS c
    JOIN stage.rows AS r USING (document_id)
    JOIN stage.raw_values AS v
        ON v.document_id = c.document_id AND v.column_position = c.column_position AND v.value_no = r.value_nos[c.column_position]
    WHERE c.document_id = p_document_id AND r.row_index = p_row_index AND c.field = 'VESSEL_NAME'
    ORDER BY c.column_position
    LIMIT 1;
END;

COMMENT ON FUNCTION clean.row_name(bigint, integer) IS 'Name of the vessel of a row.';
