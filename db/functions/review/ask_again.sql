-- review.ask_again: has the questions of every source brought to what its cells say now.
--
-- Promises: a job of the queue ask for the newest gated document of each source; none where one waits already. It is
-- nothing more than a net under the jobs that the gate itself sends. Returns how many it sent. May be called any number of
-- times.
CREATE OR REPLACE FUNCTION review.ask_again() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT count(ops.enqueue('ask', jsonb_build_object('document_id', n.document_id),
            'ask:' || n.document_id || ':' || pg_current_xact_id()))
        FROM (
            SELECT max(d.document_id) AS document_id FROM stage.documents AS d WHERE d.status = 'gated' GROUP BY d.source_id
        ) AS n
        WHERE NOT EXISTS (
            SELECT FROM ops.job AS j
            WHERE j.queue = 'ask' AND j.state = 'pending' AND j.payload = jsonb_build_object('document_id', n.document_id))
    );
END
$$;

COMMENT ON FUNCTION review.ask_again() IS 'Sends a job of the queue ask for each source.';
