-- review.sample_row: the first row of a document in which a value stands, to show it in.
--
-- Promises: a row index; 1 where no value is given; NULL where the value stands nowhere in it. Reads the document's rows.
CREATE OR REPLACE FUNCTION review.sample_row(p_document_id bigint, p_column_position smallint, p_value_id bigint) RETURNS integer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_value_id IS NULL THEN
        RETURN (SELECT min(r.row_index) FROM stage.rows AS r WHERE r.document_id = p_document_id);
    END IF;
    RETURN (
        SELECT min(r.row_index) FROM stage.rows AS r
        WHERE r.document_id = p_document_id AND r.value_nos[p_column_position] = ANY (ARRAY(
            SELECT v.value_no FROM stage.cell_values AS v
            WHERE v.document_id = p_document_id AND v.column_position = p_column_position AND v.value_id = p_value_id))
    );
END
$$;

COMMENT ON FUNCTION review.sample_row(bigint, smallint, bigint) IS 'A row that shows a value.';
