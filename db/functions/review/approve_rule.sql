-- review.approve_rule: a proposed rule is turned on, and what is stored is cleaned again with it.
--
-- Promises: the rule is a row of stage.cleaning_rules, for its source or for all, and the proposal says who approved it;
-- every stored value of its field is what the rules now make of it; the queue follows. A rejected proposal may be approved
-- later. OC404 for an unknown proposal or reviewer, OC002 where it is approved or withdrawn already. Locks the proposal,
-- and the sources in its reach one after the other.
CREATE OR REPLACE FUNCTION review.approve_rule(
    p_proposal_id bigint, p_reviewer text, p_note text DEFAULT NULL,
    OUT rule_id integer, OUT values_changed bigint, OUT cells_changed bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_proposal review.proposed_rule;
    v_rule stage.cleaning_rules;
BEGIN
    PERFORM review.check_reviewer(p_reviewer);
    v_proposal := review.lock_proposal(p_proposal_id);
    IF v_proposal.status NOT IN ('open', 'rejected') THEN
        RAISE EXCEPTION 'proposal % is % already', p_proposal_id, v_proposal.status
            USING ERRCODE = 'OC002', HINT = 'SELECT * FROM review.rule_to_approve lists those that wait.';
    END IF;
    v_rule := clean.rule_from(v_proposal.rule);
    INSERT INTO stage.cleaning_rules AS r (
        rule_name, source_type, source_name, field, kind, pattern, replacement, priority, base_confidence, description)
    VALUES (
        v_rule.rule_name, v_rule.source_type, v_rule.source_name, v_rule.field, v_rule.kind, v_rule.pattern,
        v_rule.replacement, v_rule.priority, v_rule.base_confidence, v_rule.description)
    RETURNING r.rule_id INTO rule_id;
    UPDATE review.proposed_rule AS p
    SET status = 'approved', rule_id = approve_rule.rule_id, decided_by = p_reviewer, decided_at = clock_timestamp(), note = p_note
    WHERE p.proposal_id = p_proposal_id;
    SELECT coalesce(sum(c.values_changed), 0), coalesce(sum(c.cells_changed), 0) INTO values_changed, cells_changed
    FROM clean.reclean(nullif(v_rule.source_type, 'GLOBAL'), v_rule.source_name, v_rule.field) AS c;
    PERFORM review.refresh();
END
$$;

COMMENT ON FUNCTION review.approve_rule(bigint, text, text) IS 'Turns a proposed rule on: SELECT * FROM review.approve_rule(3, ''maria'').';
