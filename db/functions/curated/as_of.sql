-- curated.as_of: the records in force for a day, as they were recorded at a time.
--
-- Promises: what the rule of promote.settle makes of the documents that speak of p_valid_on or a day before, and of the runs
-- that stood at p_recorded_at (rolled back later or not). NULL is the latest day and now: then these are the records with
-- recorded_to NULL. vessel_id, and the day that a document speaks of, are as known today. With p_vessel_id only the
-- vessel's. Statements hold within their own valid_from and valid_to: curated.said_as_of. Reads only.
CREATE OR REPLACE FUNCTION curated.as_of(
    p_valid_on date DEFAULT NULL, p_recorded_at timestamptz DEFAULT NULL, p_vessel_id bigint DEFAULT NULL
) RETURNS TABLE (
    record_version_id bigint, vessel_id bigint, entry_id bigint, source_id integer, document_id bigint, row_index integer,
    observed_on date, run_id bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH run AS MATERIALIZED (
        SELECT max(l.run_id) AS run_id, t.source_id, t.list_name,
            row_number() OVER (
                PARTITION BY t.source_id, t.list_name
                ORDER BY coalesce(t.listed_on, (t.received_at AT TIME ZONE 'UTC')::date) DESC, t.version_no DESC
            ) AS place
        FROM stage.promotion_log AS l JOIN stage.documents AS t USING (document_id)
        WHERE l.recorded_at <= coalesce(p_recorded_at, 'infinity')
            AND coalesce(l.rolled_back_at, 'infinity') > coalesce(p_recorded_at, clock_timestamp())
            AND (p_valid_on IS NULL OR coalesce(t.listed_on, (t.received_at AT TIME ZONE 'UTC')::date) <= p_valid_on)
        GROUP BY t.document_id, t.source_id, t.list_name
    ), newest AS MATERIALIZED (
        SELECT r.source_id, r.list_name, x.entry_id, x.record_version_id
        FROM run AS r JOIN promote.run_records AS x ON x.run_id = r.run_id
        WHERE r.place = 1 AND (p_vessel_id IS NULL OR x.entry_id IN (
            SELECT v.entry_id FROM curated.record_versions AS v WHERE v.vessel_id = p_vessel_id))
    ), held AS MATERIALIZED (
        SELECT n.source_id, n.list_name, n.entry_id FROM newest AS n
        GROUP BY 1, 2, 3 HAVING bool_and(n.record_version_id IS NULL)
    ), listed AS MATERIALIZED (
        SELECT h.source_id, h.list_name, h.entry_id, r.run_id, r.place, bool_or(x.record_version_id IS NOT NULL) AS promoted
        FROM held AS h
        JOIN promote.run_records AS x USING (entry_id)
        JOIN run AS r ON r.run_id = x.run_id AND r.source_id = h.source_id AND r.list_name = h.list_name
        GROUP BY 1, 2, 3, 4, 5
    ), speaks AS (
        SELECT DISTINCT ON (l.source_id, l.list_name, l.entry_id) l.run_id, l.entry_id
        FROM (
            SELECT q.*, row_number() OVER (PARTITION BY q.source_id, q.list_name, q.entry_id ORDER BY q.place) AS n
                FROM listed AS q
        ) AS l
        WHERE l.promoted AND l.n = l.place
        ORDER BY l.source_id, l.list_name, l.entry_id, l.place
    )
    SELECT v.record_version_id, v.vessel_id, v.entry_id, v.source_id, v.document_id, v.row_index, v.observed_on, v.run_id
    FROM (
        SELECT n.record_version_id FROM newest AS n WHERE n.record_version_id IS NOT NULL
        UNION ALL
        SELECT x.record_version_id
        FROM speaks AS s
        JOIN promote.run_records AS x ON x.run_id = s.run_id AND x.entry_id = s.entry_id AND x.record_version_id IS NOT NULL
    ) AS k
    JOIN curated.record_versions AS v USING (record_version_id);
END
$$;

COMMENT ON FUNCTION curated.as_of(date, timestamptz, bigint) IS
    'Records in force for a day as recorded at a time: SELECT * FROM curated.as_of(''2024-06-30'', ''2025-01-01'').';
