-- identity.take_answer: a person's answer about a pair of entries takes effect.
--
-- Promises: a judgement of the pair that the item is about (p_item_key: pair:3:17), and memberships that follow it. Called by
-- review.apply and review.revert. Takes the locks of identity.lock_vessels.
CREATE OR REPLACE FUNCTION identity.take_answer(p_item_key text, p_verdict text, p_reviewer text, p_decision_id bigint)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry_a constant bigint := split_part(p_item_key, ':', 2)::bigint;
    v_entry_b constant bigint := split_part(p_item_key, ':', 3)::bigint;
BEGIN
    PERFORM identity.lock_vessels();
    PERFORM identity.judge(v_entry_a, v_entry_b, p_verdict, p_reviewer, NULL, p_decision_id);
    PERFORM identity.take_effect(ARRAY[v_entry_a, v_entry_b]);
END
$$;

COMMENT ON FUNCTION identity.take_answer(text, text, text, bigint) IS 'Part of review.apply: an answer about two entries becomes a judgement.';
