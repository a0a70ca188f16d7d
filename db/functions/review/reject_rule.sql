-- review.reject_rule: a proposed rule is not wanted, and is not proposed again.
--
-- Promises: the proposal says who rejected it and why. OC404 for an unknown proposal or reviewer, OC002 where it does not
-- wait any more. Locks the proposal.
CREATE OR REPLACE FUNCTION review.reject_rule(p_proposal_id bigint, p_reviewer text, p_note text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_proposal review.proposed_rule;
BEGIN
    PERFORM review.check_reviewer(p_reviewer);
    v_proposal := review.lock_proposal(p_proposal_id);
    IF v_proposal.status <> 'open' THEN
        RAISE EXCEPTION 'proposal % is % already', p_proposal_id, v_proposal.status
            USING ERRCODE = 'OC002', HINT = 'To end an approved rule: UPDATE stage.cleaning_rules SET enabled = false, then clean.reclean.';
    END IF;
    UPDATE review.proposed_rule AS p
    SET status = 'rejected', decided_by = p_reviewer, decided_at = clock_timestamp(), note = p_note
    WHERE p.proposal_id = p_proposal_id;
END
$$;

COMMENT ON FUNCTION review.reject_rule(bigint, text, text) IS 'Turns a proposed rule down for good.';
