-- stage.join_header: the headers of a header of two rows.
--
-- Promises: one row per column of the wider row, in order: the upper cell, a blank, the lower cell. A group heading (an
-- upper cell with something under it) goes on to the right over blank upper cells, but only where something stands
-- below. Equal cells are written once. Without a lower row, the upper one as it is. '' where both are blank.
-- Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION stage.join_header(p_upper text[], p_lower text[])
RETURNS TABLE (column_position integer, header text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        g.position,
        CASE
            WHEN g.lower_text = '' THEN g.upper_text
            WHEN g.group_text = '' OR btrim(g.group_text) = btrim(g.lower_text) THEN g.lower_text
            ELSE g.group_text || ' ' || g.lower_text
        END
    FROM (
        SELECT
            c.position, c.upper_text, c.lower_text,
            CASE
                WHEN c.upper_text <> '' THEN c.upper_text
                -- The group heading this column stands under: the last upper cell, if something stands below it too.
                ELSE coalesce((
                    SELECT CASE WHEN btrim(coalesce(p_lower[h.n], '')) <> '' THEN p_upper[h.n] ELSE '' END
                    FROM generate_series(1, c.position) AS h (n)
                    WHERE btrim(coalesce(p_upper[h.n], '')) <> ''
                    ORDER BY h.n DESC
                    LIMIT 1
                ), '')
            END AS group_text
        FROM (
            SELECT
                n.position,
                CASE WHEN btrim(coalesce(p_upper[n.position], '')) = '' THEN '' ELSE p_upper[n.position] END AS upper_text,
                CASE WHEN btrim(coalesce(p_lower[n.position], '')) = '' THEN '' ELSE p_lower[n.position] END AS lower_text
            FROM generate_series(1, greatest(cardinality(p_upper), coalesce(cardinality(p_lower), 0))) AS n (position)
        ) AS c
    ) AS g
    ORDER BY g.position;
END;

COMMENT ON FUNCTION stage.join_header(text[], text[]) IS
'Headers of a header of two rows: a group heading above is joined with each cell under it by a blank. '
'Example: SELECT * FROM stage.join_header(''{Name,Length,""}'', ''{"",LOA,LBP}'') gives Name, Length LOA, Length LBP.';
