-- stage.locate_header: the sheet and the row where a file's header stands.
--
-- Promises: one row, or none where no sheet has anything in it. header_row counts from 1. header_height 2: a group heading
-- above, or a row of units below, belongs to it; 0: the file has no header, and data begin under header_row.
-- p_previews: an array of sheets {sheet_no, name, hidden, row_count, column_count, rows: [{cells: […], types: "ssn…"}]}.
-- A row scores for cells that are known headers, for covering the columns that have data below, for looking different
-- from what stands below, for being distinct; it loses for numbers and dates, for cells that come again below, and for
-- full rows above it. Reads ref.header_alias and ref.unit_alias; takes no lock; may be called any number of times.
CREATE OR REPLACE FUNCTION stage.locate_header(p_previews jsonb, p_source_type text, p_source_name text)
RETURNS TABLE (sheet_no integer, header_row integer, header_height integer, confidence real, why text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
-- The planner cannot know how small the previews are, and would compile the query for longer than it runs.
SET jit = off
-- Nor how few cells of a column stand in one row: a merge by column would meet every row with every other.
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH sheet AS (
        SELECT
            (s.sheet ->> 'sheet_no')::integer AS sheet_no,
            (s.sheet ->> 'hidden')::boolean AS hidden,
            ln(1 + (s.sheet ->> 'row_count')::numeric * (s.sheet ->> 'column_count')::numeric) AS size,
            s.sheet -> 'rows' AS content
        FROM jsonb_array_elements(p_previews) AS s (sheet)
    ),
    line AS MATERIALIZED (
        SELECT s.sheet_no, r.row_no::integer AS row_no, r.content ->> 'types' AS types,
            ARRAY(SELECT c.cell FROM jsonb_array_elements_text(r.content -> 'cells') WITH ORDINALITY AS c (cell, n) ORDER BY c.n) AS cells
        FROM sheet AS s, jsonb_array_elements(s.content) WITH ORDINALITY AS r (content, row_no)
    ),
    cell AS MATERIALIZED (
        SELECT x.sheet_no, x.row_no, x.position, x.cell, x.shape, CASE WHEN x.shape IN ('t', 'c', 'l') THEN ref.match_key(x.cell) ELSE '' END AS match_key,
            max(x.row_no) OVER (PARTITION BY x.sheet_no, x.position, x.cell) AS last_row
        FROM (
            SELECT l.sheet_no, l.row_no, c.position::integer AS position, btrim(c.cell) AS cell,
                stage.cell_shape(c.cell, substr(l.types, c.position::integer, 1)) AS shape
            FROM line AS l, unnest(l.cells) WITH ORDINALITY AS c (cell, position)
        ) AS x
        WHERE x.shape IS NOT NULL
    ),
    alias AS NOT MATERIALIZED (
        SELECT a.alias_key
        FROM ref.header_alias AS a
        WHERE a.alias_key <> ''
          AND (a.source_type = 'GLOBAL' OR a.source_type = p_source_type AND coalesce(a.source_name = p_source_name, true))
    ),
    -- Each row as the lower one of a header of two rows: does the one above name what stands here?
    lower_row AS (
        SELECT l.sheet_no, l.row_no, bool_and(u.is_unit) AS units,
            -- Units stand under headers, and nowhere else.
            bool_and(u.is_unit AND coalesce(t.shape = 't', false)) AS units_under_headers,
            count(*) >= 2 AND bool_or(t.shape IS NULL) AS names_more,
            count(DISTINCT l.match_key) < count(*) AS needs_groups
        FROM cell AS l
        LEFT JOIN cell AS t ON t.sheet_no = l.sheet_no AND t.row_no = l.row_no - 1 AND t.position = l.position
        CROSS JOIN LATERAL (
            SELECT l.cell ~ '^[\[(][^()0-9]{1,14}[\])]$' OR lower(btrim(l.cell, ' .()[]')) IN (
                SELECT k.alias_key FROM ref.unit_alias AS k
            ) AS is_unit
        ) AS u
        WHERE l.row_no <= 41
        GROUP BY l.sheet_no, l.row_no
        HAVING bool_and(l.shape = 't')
    ),
    -- Each row as the upper one: text only, and does any of it run over both rows, with nothing below it?
    upper_row AS (
        SELECT t.sheet_no, t.row_no, count(*) >= 2 AND bool_and(t.shape = 't' AND length(t.cell) <= 60) AS headings,
            bool_or(o.shape IS NULL) AS runs_over
        FROM cell AS t
        LEFT JOIN cell AS o ON o.sheet_no = t.sheet_no AND o.row_no = t.row_no + 1 AND o.position = t.position
        WHERE t.row_no <= 40
        GROUP BY t.sheet_no, t.row_no
    ),
    pair AS (
        SELECT a.sheet_no, a.row_no, a.cells AS upper_cells, b.cells AS lower_cells, l.units
        FROM upper_row AS t
        JOIN lower_row AS l ON l.sheet_no = t.sheet_no AND l.row_no = t.row_no + 1
        JOIN line AS a ON a.sheet_no = t.sheet_no AND a.row_no = t.row_no
        JOIN line AS b ON b.sheet_no = l.sheet_no AND b.row_no = l.row_no
        -- Group headings: two at least, with columns between them that only the lower row names.
        WHERE l.units_under_headers OR t.headings AND l.names_more AND (t.runs_over OR l.needs_groups)
    ),
    candidate_cell AS MATERIALIZED (
        SELECT c.sheet_no, c.row_no, 1 AS height, c.position, c.cell, c.shape, c.cell AS known_by, c.match_key, c.last_row
        FROM cell AS c WHERE c.row_no <= 40
        UNION ALL
        SELECT p.sheet_no, p.row_no, 2, j.column_position, j.header, 't', k.known_by, ref.match_key(k.known_by), l.last_row
        FROM pair AS p
        CROSS JOIN LATERAL stage.join_header(p.upper_cells, p.lower_cells) AS j
        LEFT JOIN cell AS l ON l.sheet_no = p.sheet_no AND l.row_no = p.row_no + 1 AND l.position = j.column_position
        CROSS JOIN LATERAL (
            -- Known as a whole, or by the cell that stands next to the data (units: by the one above them).
            SELECT CASE
                WHEN p.units THEN p.upper_cells[j.column_position]
                WHEN EXISTS (SELECT FROM alias AS a WHERE a.alias_key = ref.match_key(j.header)) THEN j.header
                ELSE coalesce(l.cell, j.header)
            END AS known_by
        ) AS k
        WHERE j.header <> ''
    ),
    word AS (
        SELECT k.match_key,
            CASE
                WHEN EXISTS (SELECT FROM alias AS a WHERE a.alias_key IN (k.match_key, k.bare_key)) THEN 1.0
                WHEN (SELECT avg(EXISTS (SELECT FROM alias AS a WHERE a.alias_key = w.word)::integer)
                      FROM regexp_split_to_table(k.match_key, ' ') AS w (word)) > 0.5 THEN 0.5
                ELSE 0.0
            END AS known
        FROM (
            SELECT c.match_key, min(ref.match_key(regexp_replace(c.known_by, '[(\[].*?[)\]]', ' ', 'g'))) AS bare_key
            FROM candidate_cell AS c WHERE c.shape IN ('t', 'c', 'l') AND length(c.match_key) <= 80 GROUP BY c.match_key
        ) AS k
        WHERE k.match_key <> ''
    ),
    -- What stands below a candidate, column by column, in the next twelve rows.
    below AS (
        SELECT c.sheet_no, c.row_no, c.height, f.position, mode() WITHIN GROUP (ORDER BY f.shape) AS shape
        FROM (SELECT DISTINCT k.sheet_no, k.row_no, k.height FROM candidate_cell AS k) AS c
        JOIN cell AS f ON f.sheet_no = c.sheet_no AND f.row_no BETWEEN c.row_no + c.height AND c.row_no + c.height + 11
        GROUP BY c.sheet_no, c.row_no, c.height, f.position
    ),
    body AS (
        SELECT b.sheet_no, b.row_no, b.height, count(*) AS width,
            count(c.position)::numeric / count(*) AS coverage,
            (count(*) FILTER (WHERE c.shape = 't' AND b.shape <> 't'))::numeric / count(*) AS contrast
        FROM below AS b
        LEFT JOIN candidate_cell AS c USING (sheet_no, row_no, height, position)
        GROUP BY b.sheet_no, b.row_no, b.height
    ),
    width AS (
        SELECT l.sheet_no, l.row_no, count(c.position) AS filled
        FROM line AS l LEFT JOIN cell AS c USING (sheet_no, row_no)
        GROUP BY l.sheet_no, l.row_no
    ),
    feature AS (
        SELECT
            c.sheet_no, c.row_no, c.height, count(*) AS cells,
            coalesce(sum(w.known), 0) AS known,
            count(*) FILTER (WHERE w.known = 1) AS known_exactly,
            avg((c.shape IN ('n', 'd', 'b'))::integer) AS numbers,
            avg((c.shape IN ('t', 'c') AND length(c.cell) <= 60)::integer) AS short,
            count(DISTINCT c.cell)::numeric / count(*) AS distinct_share,
            avg(coalesce(c.last_row >= c.row_no + c.height, false)::integer) AS recurring
        FROM candidate_cell AS c
        LEFT JOIN word AS w USING (match_key)
        GROUP BY c.sheet_no, c.row_no, c.height
    ),
    scored AS (
        SELECT
            f.*, coalesce(b.coverage, 1) AS coverage, coalesce(b.contrast, 0) AS contrast, coalesce(b.width, f.cells) AS width,
            0.45 * f.known / f.cells * least(1, f.known / least(3, greatest(coalesce(b.width, f.cells), 1)))
            -- A title is distinct and short too, but names one column of many.
            + (0.20 + 0.10 * f.distinct_share + 0.10 * f.short)
              * coalesce(b.coverage, CASE WHEN f.cells > 1 OR f.row_no = 1 THEN 0.5 ELSE 0 END)
            + 0.15 * coalesce(b.contrast, 0)
            - 0.25 * f.numbers
            - 0.35 * f.recurring
            - 0.08 * least(a.full_rows, 5)
            - 0.004 * f.row_no
            + CASE WHEN f.height = 2 THEN 0.03 ELSE 0 END
            + 0.15 * s.size / greatest((SELECT max(o.size) FROM sheet AS o), 1)
            - CASE WHEN s.hidden THEN 0.15 ELSE 0 END AS score
        FROM feature AS f
        JOIN sheet AS s USING (sheet_no)
        LEFT JOIN body AS b USING (sheet_no, row_no, height)
        CROSS JOIN LATERAL (
            SELECT count(*) AS full_rows FROM width AS w
            WHERE w.sheet_no = f.sheet_no AND w.row_no < f.row_no AND w.filled > 1
                AND w.filled >= 0.6 * coalesce(b.width, f.cells)
        ) AS a
    ),
    best AS (
        SELECT s.* FROM scored AS s ORDER BY s.score DESC, s.height DESC, s.sheet_no, s.row_no LIMIT 1
    ),
    -- Without one known header, numbers or repeats say that the best row is data like the others.
    decided AS (
        SELECT b.*, b.known = 0 AND b.cells > 0 AND (b.numbers > 0.1 OR b.recurring > 0.25) AS no_header FROM best AS b
    )
    SELECT
        d.sheet_no,
        CASE
            WHEN d.no_header THEN (
                SELECT min(w.row_no) - 1 FROM width AS w WHERE w.sheet_no = d.sheet_no AND w.filled >= 0.5 * d.cells)
            ELSE d.row_no
        END,
        CASE WHEN d.no_header THEN 0 ELSE d.height END,
        least(greatest(d.score, 0), 1)::real,
        CASE
            WHEN d.no_header THEN 'no row looks like a header: none of its cells is known, and they look like the data below'
            ELSE format('%s of %s cells are known headers, %s%% of the columns below are named, %s%% look different from their header',
                        d.known_exactly, d.cells, round(100 * d.coverage), round(100 * d.contrast))
        END
    FROM decided AS d;
END
$$;

COMMENT ON FUNCTION stage.locate_header(jsonb, text, text) IS
'Finds the sheet and the row of a file''s header in the first rows of its sheets: known headers first, structure otherwise.';
