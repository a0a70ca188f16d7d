-- review.show_values: the first row in which each of the given values stands, to show it in.
--
-- Promises: for element n of the arrays (a document, a column of it, a value), the row index; without a value the
-- document's first row; no row at all where the value stands nowhere in that column. One pass over the rows of each document,
-- however many values are asked for. Locks nothing.
CREATE OR REPLACE FUNCTION review.show_values(p_document_ids bigint[], p_positions smallint[], p_value_ids bigint[])
RETURNS TABLE (document_id bigint, column_position smallint, value_id bigint, row_index integer)
LANGUAGE sql STABLE
SET jit = 'off'
BEGIN ATOMIC
    WITH asked AS MATERIALIZED (
        SELECT DISTINCT a.document_id, a.column_position, a.value_id
        FROM unnest(p_document_ids, p_positions, p_value_ids) AS a (document_id, column_position, value_id)
    ), number AS MATERIALIZED (
        SELECT a.document_id, a.column_position, a.value_id, v.value_no
        FROM asked AS a
        -- OFFSET 0: one look into the index a value, whatever the planner knows of tables that were filled a moment ago
        CROSS JOIN LATERAL (
            SELECT w.value_no FROM stage.cell_values AS w
            WHERE w.value_id = a.value_id AND w.document_id = a.document_id AND w.column_position = a.column_position
            OFFSET 0
        ) AS v
    ), looked AS MATERIALIZED (
        SELECT n.document_id, array_agg(DISTINCT n.column_position) AS positions FROM number AS n GROUP BY n.document_id
    )
    SELECT n.document_id, n.column_position, n.value_id, min(e.row_index)
    FROM number AS n
    JOIN (
        SELECT r.document_id, r.row_index, c.column_position, r.value_nos[c.column_position] AS value_no
        FROM looked AS l
        JOIN stage.rows AS r USING (document_id)
        CROSS JOIN LATERAL unnest(l.positions) AS c (column_position)
        OFFSET 0
    ) AS e USING (document_id, column_position, value_no)
    GROUP BY n.document_id, n.column_position, n.value_id
    UNION ALL
    SELECT a.document_id, a.column_position, NULL,
        (SELECT min(r.row_index) FROM stage.rows AS r WHERE r.document_id = a.document_id)
    FROM asked AS a WHERE a.value_id IS NULL;
END;

COMMENT ON FUNCTION review.show_values(bigint[], smallint[], bigint[]) IS 'Rows that show values, for many values at once.';
