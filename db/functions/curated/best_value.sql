-- curated.best_value: the best value of each attribute of vessels, now or as of a time, which record says it, and why.
--
-- Promises: one row a vessel and attribute that a record in force speaks of; with p_valid_on or p_recorded_at, a record of
-- curated.as_of, and with p_valid_on only what holds on that day. The rule, here alone: the confidence in steps
-- of 0.05, then the trust in the source (high, standard, low), then the later day of the list, then the exact confidence;
-- what is equal in all of it goes by source, document, row, column and place in the cell. why names the first of these that
-- told the best from the next. NULL asks for all vessels. Reads only.
CREATE OR REPLACE FUNCTION curated.best_value(
    p_vessel_ids bigint[] DEFAULT NULL, p_valid_on date DEFAULT NULL, p_recorded_at timestamptz DEFAULT NULL
)
RETURNS TABLE (
    vessel_id bigint, attribute text, value text, detail text, record_version_id bigint, column_position smallint,
    confidence real, statements bigint, why text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH record AS (
        SELECT r.vessel_id, r.record_version_id, r.source_id, r.document_id, r.row_index, r.observed_on
        FROM curated.record_versions AS r
        WHERE p_valid_on IS NULL AND p_recorded_at IS NULL AND r.recorded_to IS NULL
        UNION ALL
        SELECT a.vessel_id, a.record_version_id, a.source_id, a.document_id, a.row_index, a.observed_on
        FROM curated.as_of(p_valid_on, p_recorded_at) AS a
        WHERE p_valid_on IS NOT NULL OR p_recorded_at IS NOT NULL
    ), spoken AS MATERIALIZED (
        SELECT v.vessel_id, v.record_version_id, v.source_id, v.document_id, v.row_index, v.observed_on,
            CASE s.trust WHEN 'high' THEN 3 WHEN 'standard' THEN 2 ELSE 1 END AS trust
        FROM record AS v JOIN stage.source AS s USING (source_id)
        WHERE v.vessel_id IS NOT NULL
            AND (p_vessel_ids IS NULL OR v.vessel_id IN (SELECT u.id FROM unnest(p_vessel_ids) AS u (id)))
    ), ranked AS (
        SELECT k.vessel_id, a.attribute, a.value, a.detail, k.record_version_id, a.column_position, a.confidence,
            floor(a.confidence::numeric * 20) AS step, k.trust, k.observed_on,
            row_number() OVER best AS n,
            lead(floor(a.confidence::numeric * 20)) OVER best AS next_step, lead(k.trust) OVER best AS next_trust,
            lead(k.observed_on) OVER best AS next_observed_on, lead(a.confidence) OVER best AS next_confidence,
            count(*) OVER whole AS statements, min(a.value) OVER whole = max(a.value) OVER whole AS agreed
        FROM spoken AS k
        -- by the key of each table, whatever the planner believes about tables that have just been filled
        CROSS JOIN LATERAL (
            SELECT x.* FROM curated.statements AS x WHERE x.record_version_id = k.record_version_id OFFSET 0
        ) AS a
        WHERE a.attribute NOT LIKE 'previous\_%' AND a.attribute <> 'authorisation'
            AND (p_valid_on IS NULL OR (
                coalesce(a.valid_from, '-infinity') <= p_valid_on AND coalesce(a.valid_to, 'infinity') >= p_valid_on))
        WINDOW whole AS (PARTITION BY k.vessel_id, a.attribute),
            best AS (PARTITION BY k.vessel_id, a.attribute ORDER BY floor(a.confidence::numeric * 20) DESC, k.trust DESC,
                k.observed_on DESC, a.confidence DESC, k.source_id, k.document_id, k.row_index, a.column_position, a.part_no)
    )
    SELECT r.vessel_id, r.attribute, r.value, r.detail, r.record_version_id, r.column_position, r.confidence, r.statements,
        CASE
            WHEN r.statements = 1 THEN 'the only one'
            WHEN r.agreed THEN 'all agree'
            WHEN r.step <> r.next_step THEN 'most confident'
            WHEN r.trust <> r.next_trust THEN 'most trusted source'
            WHEN r.observed_on <> r.next_observed_on THEN 'latest'
            WHEN r.confidence <> r.next_confidence THEN 'most confident'
            ELSE 'first of equals'
        END
    FROM ranked AS r
    WHERE r.n = 1;
END
$$;

COMMENT ON FUNCTION curated.best_value(bigint[], date, timestamptz) IS
    'Best value of each attribute and why: SELECT * FROM curated.best_value(ARRAY[12]).';
