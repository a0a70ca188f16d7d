-- identity.split: an operator says that some entries of a vessel are another vessel.
--
-- Promises: a lasting judgement different between each of these entries and each other entry of the vessel, in place of any
-- judgement same between them. What is split off stays together where it is alike enough. Returns what moved; promotion has
-- refreshed it. OC404 where there is no such vessel, OC001 where the entries are not its own or
-- are all it has.
CREATE OR REPLACE FUNCTION identity.split(p_vessel_id bigint, p_entry_ids bigint[], p_by text, p_note text DEFAULT NULL)
RETURNS TABLE (entry_id bigint, old_vessel_id bigint, new_vessel_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entries bigint[];
BEGIN
    PERFORM identity.lock_vessels();
    v_entries := ARRAY(SELECT m.entry_id FROM identity.membership AS m WHERE m.vessel_id = p_vessel_id);
    PERFORM identity.check_vessel(p_vessel_id);
    IF cardinality(p_entry_ids) IS DISTINCT FROM 0 AND NOT coalesce(p_entry_ids <@ v_entries, false) THEN
        RAISE EXCEPTION 'not all of these entries belong to vessel %', p_vessel_id
            USING ERRCODE = 'OC001', HINT = format('Its entries: %s.', array_to_string(v_entries, ', '));
    ELSIF cardinality(p_entry_ids) = 0 OR p_entry_ids @> v_entries THEN
        RAISE EXCEPTION 'that leaves nothing to split'
            USING ERRCODE = 'OC001', HINT = format('Name some, not all, of its entries: %s.', array_to_string(v_entries, ', '));
    END IF;
    PERFORM identity.judge(x, y, 'different', p_by, p_note)
    FROM unnest(p_entry_ids) AS x CROSS JOIN unnest(v_entries) AS y
    WHERE y <> ALL (p_entry_ids);
    RETURN QUERY SELECT * FROM identity.take_effect(v_entries);
END
$$;

COMMENT ON FUNCTION identity.split(bigint, bigint[], text, text) IS
    'Takes entries out of a vessel, lastingly: SELECT * FROM identity.split(3, ARRAY[17], ''maria'', ''a new building'').';
