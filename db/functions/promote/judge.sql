-- promote.judge: every record of a gathered document against the gates, and the document as a whole.
--
-- Promises: pg_temp.promote_row has one row a record: its entry, mean confidence of its required cells, hash of what it would
-- promote, and reasons (none: it may be promoted); pg_temp.promote_partial says which tables a record may not fill. Returns
-- the measured quality and why the document as a whole must wait ('{}': it need not). Call after promote.gather and
-- identity.enter. Writes temporary tables only.
CREATE OR REPLACE FUNCTION promote.judge(p_document_id bigint, OUT metrics jsonb, OUT reasons text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET enable_mergejoin = off
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
DECLARE
    v_source_id integer := (SELECT t.source_id FROM stage.documents AS t WHERE t.document_id = p_document_id);
    v_minimum numeric := promote.policy_value('minimum_confidence', v_source_id);
BEGIN
    DROP TABLE IF EXISTS pg_temp.promote_need, pg_temp.promote_reason, pg_temp.promote_row;
    CREATE TEMPORARY TABLE promote_need ON COMMIT DROP AS
    SELECT r.row_index, q.requirement, q.target, q.fields, coalesce(h.has, false) AS has, coalesce(h.waits, false) AS waits
    FROM stage.rows AS r
    CROSS JOIN pg_temp.promote_requirement AS q
    LEFT JOIN (
        SELECT c.row_index, x.requirement, bool_or(c.promotable AND c.value IS NOT NULL) AS has,
            bool_or(NOT c.promotable) AS waits
        FROM (SELECT y.requirement, unnest(y.fields) AS field FROM pg_temp.promote_requirement AS y) AS x
        JOIN pg_temp.promote_cell AS c USING (field)
        GROUP BY c.row_index, x.requirement
    ) AS h ON h.row_index = r.row_index AND h.requirement = q.requirement
    WHERE r.document_id = p_document_id AND q.is_required;

    -- a requirement of one table holds back that table alone
    UPDATE pg_temp.promote_cell AS c SET promotable = false
    FROM pg_temp.promote_need AS n
    WHERE n.row_index = c.row_index AND n.target = c.target AND NOT n.has AND n.target <> 'vessels';

    CREATE TEMPORARY TABLE promote_row ON COMMIT DROP AS
    SELECT e.row_index, e.entry_id, k.confidence, k.record_sha256, '{}'::text[] AS reasons, false AS held
    FROM identity.entry_row AS e
    LEFT JOIN (
        SELECT c.row_index, sha256(array_send(array_agg(c.fingerprint ORDER BY c.column_position))) AS record_sha256,
            -- in numeric: the same cells in any order come to the same number
            round(avg(c.confidence::numeric) FILTER (WHERE q.field IS NOT NULL), 6)::real AS confidence
        FROM pg_temp.promote_cell AS c
        LEFT JOIN (
            SELECT DISTINCT unnest(y.fields) AS field FROM pg_temp.promote_requirement AS y
            WHERE y.is_required AND y.target = 'vessels'
        ) AS q USING (field)
        WHERE c.promotable AND c.target IS NOT NULL
        GROUP BY c.row_index
    ) AS k USING (row_index)
    WHERE e.document_id = p_document_id;

    CREATE TEMPORARY TABLE promote_reason ON COMMIT DROP AS
    SELECT n.row_index, n.target = 'vessels' AS holds, format('%s: %s %s', CASE WHEN n.target = 'vessels' THEN n.requirement ELSE n.target || ', ' || n.requirement END,
        array_to_string(n.fields, ' or '), CASE WHEN n.waits THEN 'waits for review' ELSE 'has no value' END) AS reason
    FROM pg_temp.promote_need AS n
    WHERE NOT n.has
    UNION ALL
    SELECT r.row_index, true, 'nothing in it can be promoted' FROM pg_temp.promote_row AS r WHERE r.record_sha256 IS NULL
    UNION ALL
    SELECT r.row_index, true, format('confidence: %s, at least %s is asked for', round(r.confidence::numeric, 3), v_minimum)
    FROM pg_temp.promote_row AS r WHERE r.confidence < v_minimum
    UNION ALL
    SELECT u.row_index, true, format('%s: %s %s is another vessel''s too (rows %s)', u.requirement, u.field, u.value, u.rows)
    FROM (
        SELECT c.row_index, x.requirement, c.field, c.value,
            min(w.entry_id) OVER same <> max(w.entry_id) OVER same AS shared, min(c.row_index) OVER same || ' to ' || max(c.row_index) OVER same AS rows
        FROM (SELECT y.requirement, unnest(y.fields) AS field FROM pg_temp.promote_requirement AS y WHERE y.must_be_unique) AS x
        JOIN pg_temp.promote_cell AS c USING (field)
        JOIN pg_temp.promote_row AS w USING (row_index)
        WHERE c.promotable AND c.value IS NOT NULL
        WINDOW same AS (PARTITION BY x.requirement, c.field, c.value)
    ) AS u
    WHERE u.shared;

    UPDATE pg_temp.promote_row AS r SET reasons = n.reasons, held = n.holds
    FROM (
        SELECT x.row_index, array_agg(DISTINCT x.reason ORDER BY x.reason) AS reasons, bool_or(x.holds) AS holds
        FROM pg_temp.promote_reason AS x GROUP BY x.row_index
    ) AS n
    WHERE n.row_index = r.row_index;

    SELECT jsonb_build_object(
        'records', count(*), 'held', count(*) FILTER (WHERE r.held), 'entries', count(DISTINCT r.entry_id),
        'confidence', round(avg(r.confidence::numeric), 4),
        'uniqueness', round(1 - count(*) FILTER (WHERE r.reasons::text LIKE '%another vessel%')::numeric / nullif(count(*), 0), 4))
    INTO metrics FROM pg_temp.promote_row AS r;
    SELECT metrics || jsonb_build_object(
        'coverage', round(coalesce(avg(c.share), 1), 4), 'required', coalesce(jsonb_object_agg(c.requirement, round(c.share, 4)), '{}'))
    INTO metrics
    FROM (
        SELECT n.requirement, avg(n.has::integer) AS share FROM pg_temp.promote_need AS n WHERE n.target = 'vessels' GROUP BY 1
    ) AS c;
    SELECT coalesce(array_agg(x.reason ORDER BY x.reason), '{}') INTO reasons
    FROM (
        SELECT 'it has no rows' AS reason WHERE (metrics ->> 'records')::integer = 0
        UNION ALL
        SELECT format('%s: %s, at least %s is asked for%s', g.measure, metrics ->> g.measure, g.minimum,
            CASE WHEN g.measure = 'coverage' THEN ' (' || replace(btrim(metrics ->> 'required', '{}'), '"', '') || ')' ELSE '' END)
        FROM (VALUES
            ('coverage', promote.policy_value('minimum_coverage', v_source_id)),
            ('uniqueness', promote.policy_value('minimum_uniqueness', v_source_id)),
            ('confidence', promote.policy_value('minimum_document_confidence', v_source_id))
        ) AS g (measure, minimum)
        WHERE (metrics ->> g.measure)::numeric < g.minimum
    ) AS x;
END
$$;

COMMENT ON FUNCTION promote.judge(bigint) IS 'Gates of promotion, record by record and for the document.';
