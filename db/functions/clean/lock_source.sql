-- clean.lock_source: lets one transaction at a time clean values of a source.
--
-- Promises: returns when no other transaction holds the source's lock; held to the end of the transaction. Documents of
-- different sources are cleaned side by side. May be called again in the same transaction.
CREATE OR REPLACE FUNCTION clean.lock_source(p_source_id integer) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT pg_advisory_xact_lock(hashtext('oceanid.clean'), p_source_id);
END;

COMMENT ON FUNCTION clean.lock_source(integer) IS 'Advisory lock under which the values of one source are cleaned.';
