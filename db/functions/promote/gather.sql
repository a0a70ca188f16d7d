-- promote.gather: the cells of a document that promotion looks at, with what they come to and whether they may be promoted.
--
-- Promises: pg_temp.promote_requirement: what this source's records must have, by the closest rows. pg_temp.promote_value:
-- each distinct value. pg_temp.promote_cell: each cell of a field that has a target or is required and that has a value,
-- or a stated lack of an end; promotable where neither its value nor a finding of its row waits for a human.
-- Reads stage; writes temporary tables only. The caller holds the source's lock.
CREATE OR REPLACE FUNCTION promote.gather(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- what is told by ANALYZE here is told well enough by three thousand rows
SET default_statistics_target = 10
-- Temporary tables have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET enable_mergejoin = off
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.promote_requirement, pg_temp.promote_value, pg_temp.promote_finding, pg_temp.promote_cell;
    CREATE TEMPORARY TABLE promote_requirement ON COMMIT DROP AS
    SELECT c.requirement, c.target, c.fields, c.is_required, c.must_be_unique
    FROM (
        SELECT DISTINCT ON (q.requirement) q.*
        FROM promote.required_fields AS q
        JOIN stage.documents AS t ON t.document_id = p_document_id
        JOIN stage.source AS s USING (source_id)
        WHERE coalesce(q.source_type, s.source_type) = s.source_type AND coalesce(q.source_name, s.source_name) = s.source_name
        ORDER BY q.requirement, q.source_name NULLS LAST, q.source_type NULLS LAST
    ) AS c
    WHERE c.fields <> '{}';

    CREATE TEMPORARY TABLE promote_value ON COMMIT DROP AS
    SELECT c.column_position, c.unit_position, v.value_no, v.unit_no, v.value_id, c.field, t.target, t.item, t.role,
        d.cleaned_value AS value, d.null_reason, coalesce(d.confidence, 1) AS confidence, coalesce(d.threshold, 0) AS threshold,
        d.needs_review, d.rule_chain, coalesce(k.decision_id, m.decision_id) AS decision_id,
        sha256(convert_to(concat_ws(E'\x1f', c.column_position, c.field, coalesce(d.cleaned_value, 'NULL ' || d.null_reason),
            d.confidence, d.threshold, d.rule_chain, coalesce(k.decision_id, m.decision_id), t.target, t.item, t.role), 'UTF8'))
            AS fingerprint
    FROM stage.columns AS c
    JOIN stage.documents AS o USING (document_id)
    LEFT JOIN promote.field_target AS t USING (field)
    JOIN stage.cell_values AS v USING (document_id, column_position)
    JOIN stage.distinct_values AS d USING (value_id)
    LEFT JOIN LATERAL (
        -- of several values in one cell, one may have been answered
        SELECT x.decision_id FROM review.correction AS x
        WHERE 2 = ANY (d.rule_chain) AND x.source_id = o.source_id AND x.field = c.field
            AND strpos(d.raw_value, btrim(x.raw_value)) > 0
        ORDER BY btrim(x.raw_value) = btrim(d.raw_value) DESC, x.decision_id DESC LIMIT 1
    ) AS k ON true
    LEFT JOIN LATERAL (
        SELECT e.decision_id FROM review.decisions AS e
        JOIN review.items AS i USING (item_id)
        WHERE c.mapping_method = 'decision' AND i.decision_on = 'column' AND i.document_id = c.document_id
            AND i.column_position = c.column_position AND e.applied AND e.action <> 'undo'
        ORDER BY e.decision_id DESC LIMIT 1
    ) AS m ON true
    WHERE c.document_id = p_document_id
        AND (t.field IS NOT NULL OR EXISTS (SELECT FROM pg_temp.promote_requirement AS q WHERE c.field = ANY (q.fields)))
        -- what waits for a human is a reason, with or without a value
        AND (d.cleaned_value IS NOT NULL OR d.needs_review OR d.null_reason = 'open_ended');

    CREATE TEMPORARY TABLE promote_finding ON COMMIT DROP AS
    SELECT f.row_index, f.column_position, sum(f.effect)::real AS effect, bool_or(f.needs_review) AS needs_review,
        bool_or(coalesce(f.decided_value, f.decided_null_reason) IS NOT NULL) AS decided,
        max(f.decided_value) AS decided_value, max(f.decided_null_reason) AS decided_null_reason,
        max(f.decision_id) AS decision_id
    FROM stage.cell_findings AS f
    WHERE f.document_id = p_document_id
    GROUP BY f.row_index, f.column_position;

    ANALYZE pg_temp.promote_value, pg_temp.promote_finding;

    CREATE TEMPORARY TABLE promote_cell ON COMMIT DROP AS
    SELECT r.row_index, c.column_position, v.field, v.target, v.item, v.role,
        CASE WHEN f.decided THEN f.decided_value ELSE v.value END AS value,
        CASE WHEN f.decided THEN f.decided_null_reason ELSE v.null_reason END IS NOT DISTINCT FROM 'open_ended' AS open_ended,
        v.value_id, greatest(0, v.confidence + coalesce(f.effect, 0))::real AS confidence, v.threshold, v.rule_chain,
        coalesce(f.decision_id, v.decision_id) AS decision_id,
        NOT (v.needs_review OR coalesce(f.needs_review, false)) AS promotable,
        CASE WHEN f.row_index IS NULL THEN v.fingerprint ELSE sha256(v.fingerprint || convert_to(
            concat_ws(E'\x1f', f.effect, f.decision_id, f.decided_value, f.decided_null_reason), 'UTF8')) END AS fingerprint
    FROM (SELECT DISTINCT x.column_position, x.unit_position FROM pg_temp.promote_value AS x) AS c
    CROSS JOIN stage.rows AS r
    JOIN pg_temp.promote_value AS v
        ON v.column_position = c.column_position AND v.value_no = r.value_nos[c.column_position]
        AND v.unit_no = CASE WHEN c.unit_position IS NULL THEN 0 ELSE r.value_nos[c.unit_position] END
    LEFT JOIN pg_temp.promote_finding AS f ON f.row_index = r.row_index AND f.column_position = c.column_position
    WHERE r.document_id = p_document_id
        AND (CASE WHEN f.decided THEN f.decided_value ELSE v.value END IS NOT NULL
            OR CASE WHEN f.decided THEN f.decided_null_reason ELSE v.null_reason END = 'open_ended'
            OR v.needs_review OR coalesce(f.needs_review, false));
    ANALYZE pg_temp.promote_cell;
END
$$;

COMMENT ON FUNCTION promote.gather(bigint) IS 'Cells of a document and whether they may be promoted, into temporary tables.';
