-- review.row_context: a row as it was read, as {column: text}, blank cells left out.
--
-- Promises: {} where there is no such row. Reads one row, locks nothing.
CREATE OR REPLACE FUNCTION review.row_context(p_document_id bigint, p_row_index integer) RETURNS jsonb
LANGUAGE sql STABLE
-- one row is asked for: callers that forbid nested loops would have the whole document read
SET enable_nestloop = 'on'
BEGIN ATOMIC
    SELECT coalesce(jsonb_object_agg(c.column_name, c.raw_value ORDER BY c.column_position), '{}')
    FROM stage.cells AS c
    WHERE c.document_id = p_document_id AND c.row_index = p_row_index AND btrim(c.raw_value) <> '';
END;

COMMENT ON FUNCTION review.row_context(bigint, integer) IS 'The row around a cell, for a reviewer.';
