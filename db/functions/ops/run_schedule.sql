-- ops.run_schedule: calls the function of a schedule.
--
-- Promises: what that function promises, with the caller's rights. OC404 where there is no such schedule, or no such
-- function that can be called without arguments. A schedule that was disabled after its job was sent is not called.
CREATE OR REPLACE FUNCTION ops.run_schedule(p_name text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schedule ops.schedule;
BEGIN
    SELECT s.* INTO v_schedule FROM ops.schedule AS s WHERE s.name = p_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no schedule %', quote_nullable(p_name)
            USING ERRCODE = 'OC404', HINT = 'SELECT * FROM ops.schedule_status lists them.';
    ELSIF NOT EXISTS (
        SELECT FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname || '.' || p.proname = v_schedule.call AND p.pronargs = p.pronargdefaults AND p.prokind = 'f')
    THEN
        RAISE EXCEPTION 'schedule % calls %(), which does not exist', p_name, v_schedule.call
            USING ERRCODE = 'OC404', HINT = 'UPDATE ops.schedule SET call = … names a function that needs no argument.';
    ELSIF v_schedule.enabled THEN
        EXECUTE format('SELECT FROM %I.%I()', split_part(v_schedule.call, '.', 1), split_part(v_schedule.call, '.', 2));
    END IF;
END
$$;

COMMENT ON FUNCTION ops.run_schedule(text) IS 'Calls what a schedule is for: SELECT ops.run_schedule(''review.propose_rules'').';
