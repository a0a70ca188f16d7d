-- curated.said_as_of: what was true of a vessel on a day, as recorded at a time, with who says so.
--
-- Promises: every statement of the records of curated.as_of that holds on that day: a statement holds from valid_from
-- (NULL: nobody knows since when) to valid_to (NULL: as long as the record is in force). NULL is today and now. Reads only.
CREATE OR REPLACE FUNCTION curated.said_as_of(
    p_vessel_id bigint, p_valid_on date DEFAULT NULL, p_recorded_at timestamptz DEFAULT NULL
) RETURNS TABLE (
    attribute text, value text, detail text, source_name text, observed_on date, valid_from date, valid_to date, confidence real,
    record_version_id bigint, column_position smallint
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.attribute, a.value, a.detail, s.source_name, r.observed_on, a.valid_from, a.valid_to, a.confidence,
        r.record_version_id, a.column_position
    FROM curated.as_of(p_valid_on, p_recorded_at, p_vessel_id) AS r
    JOIN curated.statements AS a USING (record_version_id)
    JOIN stage.source AS s USING (source_id)
    WHERE coalesce(a.valid_from, '-infinity') <= coalesce(p_valid_on, current_date)
        AND coalesce(a.valid_to, 'infinity') >= coalesce(p_valid_on, current_date)
    ORDER BY a.attribute, r.observed_on DESC, s.source_name, a.value, r.record_version_id, a.column_position
$$;

COMMENT ON FUNCTION curated.said_as_of(bigint, date, timestamptz) IS
    'What was true of a vessel on a day, as recorded at a time: SELECT * FROM curated.said_as_of(12, ''2024-06-30'').';
