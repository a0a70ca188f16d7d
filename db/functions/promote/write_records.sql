-- promote.write_records: record versions for the rows of pg_temp.promote_plan that have none yet, and what they assert.
--
-- Promises: one row of curated.record_versions for each planned row that is neither held nor the same as before, with
-- lineage to its cells and its assertions; promote.run_records has what the run says about every row. In force from p_at
-- on where p_in_force, else recorded at p_at only. Returns how many it wrote. Called once a run, by promote.promote_document,
-- after promote.judge; not to be called twice.
CREATE OR REPLACE FUNCTION promote.write_records(p_run_id bigint, p_document_id bigint, p_at timestamptz, p_in_force boolean)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET enable_mergejoin = off
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
BEGIN
    INSERT INTO curated.rule_chains (rule_ids, rules)
    SELECT c.rule_chain, coalesce(array_agg(coalesce(CASE WHEN i.rule_id < 0 THEN 'not ' ELSE '' END || k.rule_name, i.rule_id::text) ORDER BY i.n)
        FILTER (WHERE i.rule_id IS NOT NULL), '{}')
    FROM (SELECT DISTINCT v.rule_chain FROM pg_temp.promote_value AS v) AS c
    LEFT JOIN LATERAL unnest(c.rule_chain) WITH ORDINALITY AS i (rule_id, n) ON true
    LEFT JOIN stage.cleaning_rules AS k ON k.rule_id = abs(i.rule_id)
    WHERE NOT EXISTS (SELECT FROM curated.rule_chains AS x WHERE x.rule_ids = c.rule_chain)
    GROUP BY c.rule_chain
    ON CONFLICT (rule_ids) DO NOTHING;

    DROP TABLE IF EXISTS pg_temp.promote_kept, pg_temp.promote_lineage, pg_temp.promote_new;
    CREATE TEMPORARY TABLE promote_kept ON COMMIT DROP AS
    SELECT c.row_index, c.column_position, c.value_id, c.confidence, c.threshold, h.rule_chain_id, c.decision_id
    FROM pg_temp.promote_cell AS c
    JOIN pg_temp.promote_plan AS p USING (row_index)
    JOIN curated.rule_chains AS h ON h.rule_ids = c.rule_chain
    WHERE NOT p.held AND p.same_version_id IS NULL AND c.promotable AND c.target IS NOT NULL;
    ANALYZE pg_temp.promote_kept;
    CREATE TEMPORARY TABLE promote_lineage ON COMMIT DROP AS
    SELECT k.row_index, array_agg(k.column_position ORDER BY k.column_position) AS column_positions,
        array_agg(k.value_id ORDER BY k.column_position) AS value_ids,
        array_agg(k.confidence ORDER BY k.column_position) AS confidences,
        array_agg(k.threshold ORDER BY k.column_position) AS thresholds,
        array_agg(k.rule_chain_id ORDER BY k.column_position) AS chain_ids,
        array_agg(k.decision_id ORDER BY k.column_position) AS decision_ids
    FROM pg_temp.promote_kept AS k GROUP BY k.row_index;

    CREATE TEMPORARY TABLE promote_new (record_version_id bigint, row_index integer, valid_from date,
        valid_to date) ON COMMIT DROP;
    WITH written AS (
        INSERT INTO curated.record_versions (
            run_id, document_id, row_index, entry_id, vessel_id, source_id, observed_on, record_sha256, doc_sha256, rules_version,
            calibration_version, reviewers, confidence, column_positions, value_ids, confidences, thresholds, chain_ids,
            decision_ids, recorded)
        SELECT p_run_id, p_document_id, p.row_index, p.entry_id, m.vessel_id, t.source_id, g.observed_on, p.record_sha256,
            t.sha256, g.rules_version, g.calibration_version, coalesce(w.reviewers, '{}'), p.confidence, n.column_positions,
            n.value_ids, n.confidences, n.thresholds, n.chain_ids, n.decision_ids,
            tstzmultirange(CASE WHEN p_in_force THEN tstzrange(p_at, NULL) ELSE tstzrange(p_at, p_at, '[]') END)
        FROM pg_temp.promote_plan AS p
        JOIN pg_temp.promote_lineage AS n USING (row_index)
        JOIN stage.documents AS t ON t.document_id = p_document_id
        CROSS JOIN pg_temp.promote_basis AS g
        LEFT JOIN identity.membership AS m ON m.entry_id = p.entry_id
        LEFT JOIN (
            SELECT k.row_index, array_agg(DISTINCT d.reviewer ORDER BY d.reviewer) AS reviewers
            FROM pg_temp.promote_kept AS k JOIN review.decisions AS d USING (decision_id) GROUP BY k.row_index
        ) AS w USING (row_index)
        ORDER BY p.row_index
        RETURNING record_version_id, row_index, observed_on
    )
    INSERT INTO pg_temp.promote_new (record_version_id, row_index, valid_from, valid_to)
    SELECT w.record_version_id, w.row_index, coalesce(v.valid_from, w.observed_on), v.valid_to
    FROM written AS w
    LEFT JOIN (
        SELECT c.row_index, promote.first_day(max(c.value) FILTER (WHERE c.item = 'valid_from')) AS valid_from,
            promote.last_day(max(c.value) FILTER (WHERE c.item = 'valid_to')) AS valid_to
        FROM pg_temp.promote_cell AS c WHERE c.target = 'validity' AND c.promotable GROUP BY c.row_index
    ) AS v USING (row_index);
    ANALYZE pg_temp.promote_new;

    INSERT INTO promote.run_records (run_id, row_index, entry_id, record_version_id)
    SELECT p_run_id, p.row_index, p.entry_id, coalesce(n.record_version_id, p.same_version_id)
    FROM pg_temp.promote_plan AS p LEFT JOIN pg_temp.promote_new AS n USING (row_index)
    ORDER BY p.row_index;
    PERFORM promote.assert_cells();
    PERFORM promote.assert_rows(p_document_id);
    PERFORM promote.refresh_statistics((SELECT count(*) FROM pg_temp.promote_new));
    RETURN (SELECT count(*) FROM pg_temp.promote_new);
END
$$;

COMMENT ON FUNCTION promote.write_records(bigint, bigint, timestamptz, boolean) IS 'Writes the new record versions of a run.';
