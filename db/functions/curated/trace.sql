-- curated.trace: where what is said of a vessel comes from: cells, rules, decisions, runs, file and line.
--
-- Promises: a row for each cell that a statement in force about the vessel rests on (one attribute, or all), the value that
-- curated.vessels shows first. rules are those the value went through when it was promoted; source_line is where its row
-- begins in the file (of a workbook, in the sheet): `oceanid trace` turns it into a range of bytes. OC404 where there is no
-- such vessel. Reads only.
CREATE OR REPLACE FUNCTION curated.trace(p_vessel_id bigint, p_attribute text DEFAULT NULL)
RETURNS TABLE (
    attribute text, value text, is_shown boolean, source_name text, file_name text, document_id bigint, row_index integer,
    column_position smallint, column_name text, raw_value text, rules text[], confidence real, threshold real,
    decision_id bigint, decided text, run_id bigint, promoted_at timestamptz, observed_on date, source_line integer,
    sheet_name text, object_key text, doc_sha256 text, record_version_id bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM curated.vessels AS v WHERE v.id = p_vessel_id) THEN
        RAISE EXCEPTION 'there is no vessel %', p_vessel_id
            USING ERRCODE = 'OC404', HINT = 'SELECT id, vessel_name FROM curated.vessels; a merged vessel has the number of its first entry.';
    END IF;
    RETURN QUERY
    SELECT a.attribute, a.value,
        b.record_version_id IS NOT DISTINCT FROM v.record_version_id AND b.column_position IS NOT DISTINCT FROM a.column_position
            AND b.value = a.value,
        s.source_name, t.file_name, v.document_id, v.row_index, k.column_position, c.column_name, w.raw_value, h.rules,
        k.confidence, k.threshold, k.decision_id,
        (SELECT format('%s by %s on %s', d.action, d.reviewer, d.decided_at::date) FROM review.decisions AS d WHERE d.decision_id = k.decision_id),
        v.run_id, v.recorded_from, v.observed_on, r.source_line, t.sheet_name, t.object_key, encode(v.doc_sha256, 'hex'),
        v.record_version_id
    FROM curated.record_versions AS v
    JOIN curated.statements AS a USING (record_version_id)
    JOIN stage.source AS s USING (source_id)
    JOIN stage.documents AS t USING (document_id)
    JOIN stage.rows AS r ON r.document_id = v.document_id AND r.row_index = v.row_index
    CROSS JOIN LATERAL unnest(v.column_positions, v.confidences, v.thresholds, v.chain_ids, v.decision_ids)
        AS k (column_position, confidence, threshold, chain_id, decision_id)
    JOIN stage.columns AS c ON c.document_id = v.document_id AND c.column_position = k.column_position
    LEFT JOIN stage.raw_values AS w
        ON w.document_id = v.document_id AND w.column_position = k.column_position AND w.value_no = r.value_nos[k.column_position]
    LEFT JOIN curated.rule_chains AS h ON h.rule_chain_id = k.chain_id
    LEFT JOIN curated.best_value(ARRAY[p_vessel_id]) AS b ON b.attribute = a.attribute
    WHERE v.vessel_id = p_vessel_id AND v.recorded_to IS NULL AND k.column_position = ANY (a.column_positions)
        AND (p_attribute IS NULL OR a.attribute = p_attribute)
    ORDER BY a.attribute, 3 DESC, v.observed_on DESC, s.source_name, v.document_id, v.row_index, a.column_position, a.part_no,
        k.column_position <> a.column_position, k.column_position;
END
$$;

COMMENT ON FUNCTION curated.trace(bigint, text) IS
    'From a curated value to its cells, rules, decisions and file: SELECT * FROM curated.trace(12, ''flag_state'').';
