-- identity.judge: what a person says about two entries, kept.
--
-- Promises: a row of identity.judgement, which counts from the next identity.resolve of one of the two on, for every later
-- version of their documents. OC001 for an unknown verdict, one entry twice or nobody's name; OC404 for an unknown entry.
CREATE OR REPLACE FUNCTION identity.judge(
    p_entry_a bigint, p_entry_b bigint, p_verdict text, p_by text, p_note text DEFAULT NULL, p_decision_id bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_judgement_id bigint;
    v_missing bigint := (
        SELECT min(e) FROM unnest(ARRAY[p_entry_a, p_entry_b]) AS e
        WHERE NOT EXISTS (SELECT FROM identity.entry AS k WHERE k.entry_id = e));
BEGIN
    IF p_verdict IS NULL OR p_verdict NOT IN ('same', 'different', 'withdrawn') THEN
        RAISE EXCEPTION '% is no verdict', coalesce(p_verdict, 'NULL')
            USING ERRCODE = 'OC001', HINT = 'Say same, different or withdrawn.';
    ELSIF p_entry_a IS NULL OR p_entry_b IS NULL OR p_entry_a = p_entry_b THEN
        RAISE EXCEPTION 'a judgement is about two entries' USING ERRCODE = 'OC001', HINT = 'Name two different entries.';
    ELSIF coalesce(btrim(p_by), '') = '' THEN
        RAISE EXCEPTION 'nobody is named who judges' USING ERRCODE = 'OC001', HINT = 'Give your name: it is kept with the judgement.';
    ELSIF v_missing IS NOT NULL THEN
        RAISE EXCEPTION 'there is no entry %', v_missing
            USING ERRCODE = 'OC404', HINT = 'SELECT entry_id, vessel_id FROM identity.membership lists the active ones.';
    END IF;
    INSERT INTO identity.judgement (entry_a, entry_b, verdict, judged_by, note, decision_id)
    VALUES (least(p_entry_a, p_entry_b), greatest(p_entry_a, p_entry_b), p_verdict, p_by, p_note, p_decision_id)
    RETURNING judgement_id INTO v_judgement_id;
    RETURN v_judgement_id;
END
$$;

COMMENT ON FUNCTION identity.judge(bigint, bigint, text, text, text, bigint) IS
    'Keeps a judgement about two entries: identity.judge(3, 17, ''different'', ''maria''). Takes effect with identity.resolve.';
