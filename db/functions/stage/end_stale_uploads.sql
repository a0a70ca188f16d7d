-- stage.end_stale_uploads: refuses uploads whose bytes never came.
--
-- Promises: every upload that is open for longer than an upload may take, with an hour's grace, is refused as incomplete;
-- returns how many. Locks their receipts. May be called at any time.
CREATE OR REPLACE FUNCTION stage.end_stale_uploads() RETURNS bigint
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH ended AS (
        UPDATE stage.uploads AS u
        SET state = 'refused', refusal = 'incomplete', ended_at = clock_timestamp(),
            reason = 'The file did not arrive in time. Send it again.'
        WHERE u.ended_at IS NULL AND u.started_at < clock_timestamp() - interval '1 hour' - interval '1 second'
            * greatest(stage.upload_limit('max_upload_seconds'), stage.upload_limit('presigned_seconds'))
        RETURNING u.upload_id
    )
    SELECT count(*) FROM ended
$$;

COMMENT ON FUNCTION stage.end_stale_uploads() IS 'Refuses uploads whose bytes never came; a schedule of that name calls it.';
