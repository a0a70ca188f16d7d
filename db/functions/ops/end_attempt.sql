-- ops.end_attempt: closes the running attempt of a job. Private to ops.finish, ops.fail, ops.park and ops.release.
--
-- Promises: the attempt of this reading is closed with its outcome; nothing where none was begun. The caller holds the
-- job (ops.hold). Writes ops.job_attempt; calling it twice changes nothing more.
CREATE OR REPLACE FUNCTION ops.end_attempt(
    p_job_id bigint, p_msg_id bigint, p_read_ct integer, p_outcome text, p_error text, p_retry_at timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE ops.job_attempt AS a
    SET outcome = p_outcome, ended_at = clock_timestamp(), error = p_error, retry_at = p_retry_at
    WHERE a.job_id = p_job_id AND a.msg_id = p_msg_id AND a.read_ct = p_read_ct AND a.outcome = 'running';
END;

COMMENT ON FUNCTION ops.end_attempt(bigint, bigint, integer, text, text, timestamptz) IS
'Closes the running attempt of a held job (private to the ops functions that end one).';
