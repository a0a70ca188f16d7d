-- identity.merge: an operator says that two vessels are one.
--
-- Promises: a lasting judgement same about the smallest entries of the two vessels; a judgement different that stood
-- between any two of their entries is withdrawn. Returns what moved; promotion has refreshed it. OC404 where one of them
-- is no vessel now, OC001 where both are one already.
CREATE OR REPLACE FUNCTION identity.merge(p_vessel_a bigint, p_vessel_b bigint, p_by text, p_note text DEFAULT NULL)
RETURNS TABLE (entry_id bigint, old_vessel_id bigint, new_vessel_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM identity.lock_vessels();
    PERFORM identity.check_vessel(v) FROM unnest(ARRAY[p_vessel_a, p_vessel_b]) AS v;
    IF p_vessel_a = p_vessel_b THEN
        RAISE EXCEPTION 'vessel % is one already', p_vessel_a
            USING ERRCODE = 'OC001', HINT = 'Name two vessels; SELECT * FROM identity.membership says which entries are which.';
    END IF;
    PERFORM identity.judge(j.entry_a, j.entry_b, 'withdrawn', p_by, p_note)
    FROM identity.judged AS j
    JOIN identity.membership AS a ON a.entry_id = j.entry_a
    JOIN identity.membership AS b ON b.entry_id = j.entry_b
    WHERE j.verdict = 'different' AND (a.vessel_id, b.vessel_id) IN ((p_vessel_a, p_vessel_b), (p_vessel_b, p_vessel_a));
    PERFORM identity.judge(p_vessel_a, p_vessel_b, 'same', p_by, p_note);
    RETURN QUERY SELECT * FROM identity.take_effect(ARRAY[p_vessel_a, p_vessel_b]);
END
$$;

COMMENT ON FUNCTION identity.merge(bigint, bigint, text, text) IS
    'Makes two vessels one, lastingly: SELECT * FROM identity.merge(3, 17, ''maria'', ''same hull number'').';
