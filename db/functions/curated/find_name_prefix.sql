-- curated.find_name_prefix: vessels by the beginning of a name.
--
-- Promises: at most p_limit vessels that have, or had, a name with this beginning, compared without case, diacritics and
-- signs; in the order of the names. OC001 where nothing can be searched for. Runs with its owner's rights, because row-level
-- security would keep the index from organisations; they find the vessels that curated.caller_sees says and no others. Reads
-- by index. Takes no lock.
CREATE OR REPLACE FUNCTION curated.find_name_prefix(p_prefix text, p_limit integer DEFAULT 20)
RETURNS TABLE (
    vessel_id bigint, vessel_name text, imo_number text, flag_state text, matched_name text, matched_role text,
    in_force boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key text := curated.search_key(p_prefix);
    v_sees record;
BEGIN
    IF coalesce(v_key, '') = '' OR p_limit IS NULL OR p_limit < 1 THEN
        RAISE EXCEPTION 'nothing to search for: % (limit %)', coalesce(quote_literal(p_prefix), 'NULL'), coalesce(p_limit::text, 'NULL')
            USING ERRCODE = 'OC001', HINT = 'Give at least one letter or digit, and a limit of 1 or more.';
    END IF;
    SELECT * INTO v_sees FROM curated.caller_sees();
    -- A literal prefix lets the planner turn it into a range of the index; a key has no sign that LIKE would read.
    RETURN QUERY EXECUTE format($q$
        SELECT f.id, f.vessel_name, f.imo_number, f.flag_state, f.name, f.role, f.in_force
        FROM (
            SELECT DISTINCT ON (s.id) s.id, s.vessel_name, s.imo_number, s.flag_state, n.name, n.role,
                v.recorded_to IS NULL AS in_force, n.key
            FROM (
                SELECT m.record_version_id, m.name, m.role, curated.search_key(m.name) AS key
                FROM curated.names AS m
                WHERE curated.search_key(m.name) LIKE %L AND (%L OR EXISTS (
                    SELECT FROM curated.record_versions AS w JOIN curated.vessels AS x ON x.id = w.vessel_id
                    WHERE w.record_version_id = m.record_version_id
                        AND (x.flag_state = ANY (%L::text[]) OR x.listed_by && %L::text[])))
                ORDER BY curated.search_key(m.name) USING OPERATOR(pg_catalog.~<~)
                LIMIT %s
            ) AS n
            JOIN curated.record_versions AS v ON v.record_version_id = n.record_version_id
            JOIN curated.vessels AS s ON s.id = v.vessel_id
            ORDER BY s.id, v.recorded_to IS NULL DESC, n.role, n.key, n.name
        ) AS f
        ORDER BY f.key, f.in_force DESC, f.role, f.id
        LIMIT %s
    $q$, v_key || '%', v_sees.everything, v_sees.flags, v_sees.lists, p_limit::bigint * 10, p_limit);
END
$$;

COMMENT ON FUNCTION curated.find_name_prefix(text, integer) IS
    'Vessels whose name, present or former, begins so: SELECT * FROM curated.find_name_prefix(''santa m'').';
