-- review.row_contexts: rows as they were read, as {column: text}, blank cells left out.
--
-- Promises: one row for each of the given that there is. Reads these rows only, locks nothing.
CREATE OR REPLACE FUNCTION review.row_contexts(p_document_ids bigint[], p_row_indexes integer[])
RETURNS TABLE (document_id bigint, row_index integer, context jsonb)
LANGUAGE sql STABLE
-- rows are asked for by their numbers: callers that forbid nested loops would have whole documents read
SET enable_nestloop = 'on'
SET jit = 'off'
BEGIN ATOMIC
    SELECT a.document_id, a.row_index, coalesce(c.context, '{}')
    FROM (SELECT DISTINCT u.d AS document_id, u.r AS row_index FROM unnest(p_document_ids, p_row_indexes) AS u (d, r)) AS a
    JOIN stage.rows AS r USING (document_id, row_index)
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(c.column_name, w.raw_value ORDER BY c.column_position) AS context
        FROM stage.columns AS c
        JOIN stage.raw_values AS w
            ON w.document_id = c.document_id AND w.column_position = c.column_position
            AND w.value_no = r.value_nos[c.column_position]
        WHERE c.document_id = r.document_id AND btrim(w.raw_value) <> ''
    ) AS c;
END;

COMMENT ON FUNCTION review.row_contexts(bigint[], integer[]) IS 'The rows around cells, for a reviewer.';
