-- promote.refresh_entries: everything that follows from the records in force of some entries: evidence, vessel, best values.
--
-- Promises: identity.evidence of the entries, their vessels and those of whoever hangs together with them (identity.resolve),
-- vessel_id of their record versions, and curated.vessels are what the records in force say. Returns the vessels concerned:
-- how many were added, changed, removed, and their ids. To be called by whoever changes records in force or a judgement of
-- identity, in the same transaction. Takes promote.lock_curated. May run again: it then changes nothing.
CREATE OR REPLACE FUNCTION promote.refresh_entries(
    p_entry_ids bigint[], OUT added bigint, OUT changed bigint, OUT removed bigint, OUT vessel_ids bigint[]
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- the caller may have turned them off for what it does over temporary tables
SET enable_nestloop = ON
SET enable_mergejoin = ON
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
SET jit = off
SET client_min_messages = warning
AS $$
BEGIN
    PERFORM promote.lock_curated();
    PERFORM promote.write_evidence(p_entry_ids);
    DROP TABLE IF EXISTS pg_temp.refresh_moved;
    CREATE TEMPORARY TABLE refresh_moved ON COMMIT DROP AS
    SELECT r.entry_id, r.old_vessel_id, r.new_vessel_id FROM identity.resolve(p_entry_ids) AS r;
    ANALYZE pg_temp.refresh_moved;
    -- the vessel that an entry was, also where the entry is no longer active
    vessel_ids := ARRAY(
        SELECT v.vessel_id FROM curated.record_versions AS v
        WHERE v.entry_id IN (SELECT u.id FROM unnest(p_entry_ids) AS u (id)) AND v.vessel_id IS NOT NULL
        -- also where identity decided before it called
        UNION SELECT m.vessel_id FROM identity.membership AS m WHERE m.entry_id IN (SELECT u.id
        FROM unnest(p_entry_ids) AS u (id))
        UNION SELECT m.old_vessel_id FROM pg_temp.refresh_moved AS m WHERE m.old_vessel_id IS NOT NULL
        UNION SELECT m.new_vessel_id FROM pg_temp.refresh_moved AS m WHERE m.new_vessel_id IS NOT NULL
    );
    UPDATE curated.record_versions AS v SET vessel_id = m.vessel_id
    FROM identity.membership AS m
    WHERE m.entry_id = v.entry_id AND v.vessel_id IS DISTINCT FROM m.vessel_id
        AND v.entry_id IN (SELECT u.id FROM unnest(p_entry_ids) AS u (id) UNION SELECT x.entry_id
            FROM pg_temp.refresh_moved AS x);
    SELECT * INTO added, changed, removed FROM promote.refresh_vessels(vessel_ids);
END
$$;

COMMENT ON FUNCTION promote.refresh_entries(bigint[]) IS 'Evidence, identity and curated.vessels after records in force or judgements changed.';
