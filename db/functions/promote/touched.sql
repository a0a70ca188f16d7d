-- promote.touched: everything in curated that a document has touched.
--
-- Promises: a row for each record version that the document's runs wrote: its row, vessel, whether it is in force, and which
-- values that curated.vessels shows are from it. OC404 where there is no such document. Reads only.
CREATE OR REPLACE FUNCTION promote.touched(p_document_id bigint)
RETURNS TABLE (
    vessel_id bigint, vessel_name text, row_index integer, record_version_id bigint, run_id bigint, run_status text,
    in_force boolean, recorded_from timestamptz, recorded_to timestamptz, shown text[]
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM stage.documents AS t WHERE t.document_id = p_document_id) THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name, status FROM stage.documents lists them.';
    END IF;
    RETURN QUERY
    WITH best AS MATERIALIZED (
        SELECT b.record_version_id, array_agg(b.attribute ORDER BY b.attribute) AS attributes
        FROM curated.best_value(ARRAY(
            SELECT DISTINCT v.vessel_id FROM curated.record_versions AS v
            WHERE v.document_id = p_document_id AND v.recorded_to IS NULL AND v.vessel_id IS NOT NULL)) AS b
        GROUP BY b.record_version_id
    )
    SELECT v.vessel_id, s.vessel_name, v.row_index, v.record_version_id, v.run_id, l.status, v.recorded_to IS NULL,
        v.recorded_from, v.recorded_to, coalesce(b.attributes, '{}')
    FROM stage.promotion_log AS l
    JOIN curated.record_versions AS v ON v.run_id = l.run_id
    LEFT JOIN curated.vessels AS s ON s.id = v.vessel_id
    LEFT JOIN best AS b USING (record_version_id)
    WHERE l.document_id = p_document_id
    ORDER BY v.row_index, v.record_version_id;
END
$$;

COMMENT ON FUNCTION promote.touched(bigint) IS 'What a document has touched: SELECT * FROM promote.touched(7).';
