-- review.lock_proposal: a proposed rule, held for whoever decides about it.
--
-- Promises: its row; OC404 where there is none. Locks the row to the end of the transaction.
CREATE OR REPLACE FUNCTION review.lock_proposal(p_proposal_id bigint) RETURNS review.proposed_rule
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_proposal review.proposed_rule;
BEGIN
    SELECT * INTO v_proposal FROM review.proposed_rule AS p WHERE p.proposal_id = p_proposal_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no proposed rule %', p_proposal_id
            USING ERRCODE = 'OC404', HINT = 'SELECT * FROM review.rule_to_approve lists those that wait.';
    END IF;
    RETURN v_proposal;
END
$$;

COMMENT ON FUNCTION review.lock_proposal(bigint) IS 'A proposal, locked.';
