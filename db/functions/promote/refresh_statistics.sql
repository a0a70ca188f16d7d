-- promote.refresh_statistics: tells the planner of what a large promotion has just written.
--
-- Promises: the tables of curated that records go to are analysed where p_records are more than a fifth of the records that
-- the planner knows of; else nothing, because autovacuum is soon enough then. SECURITY DEFINER because only their owner may
-- analyse tables. May be called again.
CREATE OR REPLACE FUNCTION promote.refresh_statistics(p_records bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_records > 100 AND p_records > 0.2 * (
        SELECT greatest(c.reltuples, 0) FROM pg_class AS c WHERE c.oid = 'curated.record_versions'::regclass)
    THEN
        ANALYZE curated.record_versions, curated.names, curated.identifiers, curated.flags, curated.authorisations,
            curated.associates, curated.metrics, curated.builds, curated.attributes, promote.run_records;
    END IF;
END
$$;

COMMENT ON FUNCTION promote.refresh_statistics(bigint) IS 'Analyses the tables of curated after a large promotion.';
