-- stage.model_deaths: how often the model died while it read a document, since the document's job was last sent.
--
-- Promises: the number of attempts of its job `extract` under the present message that ended so. Reads the ledger; takes no
-- lock; may be called any number of times.
CREATE OR REPLACE FUNCTION stage.model_deaths(p_document_id bigint) RETURNS bigint
LANGUAGE sql STABLE
RETURN (
    SELECT count(*)
    FROM ops.job AS j
    JOIN ops.job_attempt AS a USING (job_id, msg_id)
    WHERE j.queue = 'extract' AND j.job_key = 'extract:' || p_document_id AND a.outcome = 'parked' AND a.error LIKE 'ModelDied:%'
);

COMMENT ON FUNCTION stage.model_deaths(bigint) IS
'How often the model died on a document: a document that kills it is not tried for ever.';
