-- stage.continues_table: how the columns of a table without header go on from those of an earlier one.
--
-- Promises: one row per column of the later table, with the column of the earlier one over which it stands; no row where
-- any column stands under none, or two under the same: then it goes on from nothing. What stands where is told by the x of
-- the cells that span one column. Reads the run's cells; takes no lock; may be called any number of times.
CREATE OR REPLACE FUNCTION stage.continues_table(
    p_document_id bigint, p_run_id uuid, p_earlier integer, p_later integer
) RETURNS TABLE (column_no integer, earlier_column_no integer)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH reach AS (
        SELECT c.table_no, c.column_no, min(c.box[1]) AS x0, max(c.box[3]) AS x1
        FROM stage.table_cells AS c
        WHERE c.document_id = p_document_id AND c.run_id = p_run_id AND c.table_no IN (p_earlier, p_later)
            AND c.column_span = 1 AND c.text <> ''
        GROUP BY c.table_no, c.column_no
    ),
    pair AS (
        SELECT DISTINCT ON (l.column_no) l.column_no, e.column_no AS earlier_column_no,
            coalesce(least(l.x1, e.x1) - greatest(l.x0, e.x0), -1) AS common
        FROM reach AS l
        LEFT JOIN reach AS e ON e.table_no = p_earlier
        WHERE l.table_no = p_later
        ORDER BY l.column_no, least(l.x1, e.x1) - greatest(l.x0, e.x0) DESC NULLS LAST, e.column_no
    )
    SELECT p.column_no, p.earlier_column_no
    FROM pair AS p
    WHERE (SELECT min(q.common) > 0 AND count(DISTINCT q.earlier_column_no) = count(*) FROM pair AS q)
    ORDER BY p.column_no;
END
$$;

COMMENT ON FUNCTION stage.continues_table(bigint, uuid, integer, integer) IS
'Columns of a table that goes on from an earlier one on the page before; none where it does not.';
