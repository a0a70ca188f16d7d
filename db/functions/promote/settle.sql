-- promote.settle: what a list says now is in force, and nothing else of it.
--
-- Promises: of each list the newest document with a standing run speaks: its promoted rows are in force. Of an entry that it
-- lists but holds, what the next older document says that lists it, and so on; an entry that a document does not list is at
-- an end, whatever older ones say. That is a function of the standing runs (promote.run_records) alone, whoever came first:
-- record versions that begin to be in force do so at p_at, those that cease are ended by p_run_id at p_at. Returns the
-- entries concerned and how many records began and ended. The caller holds promote.lock_curated. Called again it changes nothing.
CREATE OR REPLACE FUNCTION promote.settle(
    p_source_id integer, p_list_name text, p_run_id bigint, p_at timestamptz,
    OUT entry_ids bigint[], OUT begun bigint, OUT ended bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- what is told by ANALYZE here is told well enough by three thousand rows
SET default_statistics_target = 10
SET enable_nestloop = off
SET jit = off
SET client_min_messages = warning
AS $$
DECLARE
    v_newest bigint;
    v_held bigint[];
BEGIN
    DROP TABLE IF EXISTS pg_temp.settle_run, pg_temp.settle_wanted;
    CREATE TEMPORARY TABLE settle_run ON COMMIT DROP AS
    SELECT s.run_id, s.place FROM promote.standing_run AS s WHERE s.source_id = p_source_id AND s.list_name = p_list_name;
    v_newest := (SELECT r.run_id FROM pg_temp.settle_run AS r WHERE r.place = 1);
    CREATE TEMPORARY TABLE settle_wanted ON COMMIT DROP AS
    SELECT x.record_version_id, x.entry_id FROM promote.run_records AS x
    WHERE x.run_id = v_newest AND x.record_version_id IS NOT NULL;

    v_held := ARRAY(
        SELECT DISTINCT x.entry_id FROM promote.run_records AS x
        WHERE x.run_id = v_newest AND NOT EXISTS (SELECT FROM pg_temp.settle_wanted AS w WHERE w.entry_id = x.entry_id));
    IF v_held <> '{}' THEN
        WITH listed AS (
            SELECT x.entry_id, r.run_id, r.place, bool_or(x.record_version_id IS NOT NULL) AS promoted
            FROM promote.run_records AS x JOIN pg_temp.settle_run AS r USING (run_id)
            WHERE x.entry_id = ANY (v_held)
            GROUP BY x.entry_id, r.run_id, r.place
        ), speaks AS (
            SELECT l.entry_id, min(l.place) FILTER (WHERE l.promoted) AS place FROM listed AS l GROUP BY l.entry_id
        )
        INSERT INTO pg_temp.settle_wanted (record_version_id, entry_id)
        SELECT x.record_version_id, x.entry_id
        FROM speaks AS s
        JOIN pg_temp.settle_run AS r USING (place)
        JOIN promote.run_records AS x ON x.run_id = r.run_id AND x.entry_id = s.entry_id AND x.record_version_id IS NOT NULL
        WHERE s.place = (SELECT count(*) FROM listed AS l WHERE l.entry_id = s.entry_id AND l.place <= s.place);
    END IF;
    ANALYZE pg_temp.settle_wanted;

    WITH over AS (
        UPDATE curated.record_versions AS v
        SET recorded = v.recorded - tstzmultirange(tstzrange(p_at, NULL)), ended_by_run = p_run_id
        FROM stage.documents AS t
        WHERE t.document_id = v.document_id AND t.source_id = p_source_id AND t.list_name = p_list_name
            AND v.recorded_to IS NULL
            AND NOT EXISTS (SELECT FROM pg_temp.settle_wanted AS w WHERE w.record_version_id = v.record_version_id)
        RETURNING v.entry_id
    ), anew AS (
        UPDATE curated.record_versions AS v
        SET recorded = v.recorded + tstzmultirange(tstzrange(p_at, NULL)), ended_by_run = NULL
        FROM pg_temp.settle_wanted AS w
        WHERE v.record_version_id = w.record_version_id AND v.recorded_to IS NOT NULL
        RETURNING v.entry_id
    )
    SELECT coalesce(array_agg(DISTINCT b.entry_id), '{}'), count(*) FILTER (WHERE b.begins), count(*) FILTER (WHERE NOT b.begins)
    INTO entry_ids, begun, ended
    FROM (SELECT o.entry_id, false AS begins FROM over AS o UNION ALL SELECT a.entry_id, true FROM anew AS a) AS b;
END
$$;

COMMENT ON FUNCTION promote.settle(integer, text, bigint, timestamptz) IS 'Brings the records in force of one list to what its standing runs say.';
