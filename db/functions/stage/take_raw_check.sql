-- stage.take_raw_check: what was found in the raw store, run by run, is compared with what it was given.
--
-- Promises: stage.raw_loads says of each run given before p_as_of whether it holds; ops.alert (raw_store.changed) has one
-- alert for each run that is missing, has other rows, or that nobody gave. Returns how many do not hold. p_found: {run_id,
-- pages, wrong_texts, document_sha256, pages_sha256} a run. A run whose job is still at work is not judged.
-- Writes stage.raw_loads and ops.alert. May be called twice.
CREATE OR REPLACE FUNCTION stage.take_raw_check(p_found jsonb, p_as_of timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_alerts jsonb;
BEGIN
    WITH found AS (
        SELECT f.* FROM jsonb_to_recordset(p_found)
            AS f (run_id uuid, pages integer, wrong_texts integer, document_sha256 text, pages_sha256 text)
    ), judged AS (
        SELECT
            coalesce(l.run_id, f.run_id) AS run_id,
            CASE
                WHEN f.run_id IS NULL THEN 'The run is gone.'
                WHEN l.run_id IS NULL THEN 'Nobody gave it this run.'
                WHEN f.wrong_texts > 0 THEN format('The text of %s pages does not have its hash.', f.wrong_texts)
                WHEN f.pages <> l.pages THEN format('It has %s pages of %s.', f.pages, l.pages)
                WHEN f.pages_sha256 IS DISTINCT FROM l.pages_sha256 THEN 'Pages are not those that it was given.'
                WHEN f.document_sha256 IS DISTINCT FROM l.document_sha256 THEN 'The document''s row is not the one that it was given.'
            END AS wrong
        FROM (SELECT r.* FROM stage.raw_loads AS r WHERE r.loaded_at < p_as_of) AS l
        FULL JOIN found AS f ON f.run_id = l.run_id
        WHERE l.run_id IS NOT NULL
            OR NOT EXISTS (
                SELECT FROM stage.raw_loads AS r WHERE r.run_id = f.run_id)
            AND NOT EXISTS (
                SELECT FROM ops.job AS j
                WHERE j.queue = 'raw_store' AND j.job_key = 'raw_store:' || f.run_id AND j.state <> 'done')
    ), noted AS (
        UPDATE stage.raw_loads AS l SET checked_at = clock_timestamp(), holds = j.wrong IS NULL
        FROM judged AS j WHERE j.run_id = l.run_id
    )
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'subject', j.run_id, 'message', 'The raw store was changed: ' || j.wrong,
        'hint', 'Put the file aside, find out who wrote to it, then SELECT stage.reload_raw_store() fills a new one.')), '[]')
    INTO v_alerts
    FROM judged AS j WHERE j.wrong IS NOT NULL;
    PERFORM ops.set_alerts('raw_store.changed', v_alerts);
    RETURN jsonb_array_length(v_alerts);
END
$$;

COMMENT ON FUNCTION stage.take_raw_check(jsonb, timestamptz) IS
'Judges the raw store by the digests found there; alerts are in ops.alert.';
