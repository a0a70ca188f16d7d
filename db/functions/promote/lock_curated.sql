-- promote.lock_curated: lets one transaction at a time change what is in force.
--
-- Promises: returns when no other transaction holds the lock; held to the end of the transaction. The order of locks is
-- everywhere: the document's row, its source (clean.lock_source), this one, then those of identity. Returns the recorded
-- time of the changes that follow, later than that of any run before. May be called again in the same transaction.
CREATE OR REPLACE FUNCTION promote.lock_curated() RETURNS timestamptz
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.promote'), 0);
    RETURN (
        -- also where the clock was set back
        SELECT greatest(clock_timestamp(), max(greatest(l.recorded_at, l.rolled_back_at)) + interval '1 microsecond')
        FROM stage.promotion_log AS l
    );
END
$$;

COMMENT ON FUNCTION promote.lock_curated() IS 'Advisory lock under which curated changes, and the recorded time of the change.';
