-- review.rule_to_approve: proposed rules that wait for a person, those that change most cells first.
--
-- Promises: open proposals only, with the answers behind each and the first values that it would change.
CREATE OR REPLACE VIEW review.rule_to_approve AS
SELECT
    p.proposal_id, p.form, p.rule ->> 'field' AS field, p.rule ->> 'source_name' AS source_name,
    p.rule ->> 'description' AS description, p.rule ->> 'pattern' AS pattern, p.rule ->> 'replacement' AS replacement,
    p.evidence, p.values_changed, p.cells_changed, p.preview, p.proposed_at
FROM review.proposed_rule AS p
WHERE p.status = 'open'
ORDER BY p.cells_changed DESC NULLS LAST, p.proposal_id;

COMMENT ON VIEW review.rule_to_approve IS 'Rules that answers suggest: approve or reject them.';
COMMENT ON COLUMN review.rule_to_approve.proposal_id IS 'Proposal, for review.approve_rule and review.reject_rule.';
COMMENT ON COLUMN review.rule_to_approve.form IS 'exact (one text) or pattern (one edit of many texts).';
COMMENT ON COLUMN review.rule_to_approve.field IS 'Field that it is for.';
COMMENT ON COLUMN review.rule_to_approve.source_name IS 'Source that it is for; NULL: every source.';
COMMENT ON COLUMN review.rule_to_approve.description IS 'What it does, in words.';
COMMENT ON COLUMN review.rule_to_approve.pattern IS 'Its regular expression.';
COMMENT ON COLUMN review.rule_to_approve.replacement IS 'Its replacement, or the reason why there is no value.';
COMMENT ON COLUMN review.rule_to_approve.evidence IS 'Answers behind it: how many, texts, sources, reviewers, the last.';
COMMENT ON COLUMN review.rule_to_approve.values_changed IS 'Stored values that it would change.';
COMMENT ON COLUMN review.rule_to_approve.cells_changed IS 'Cells that they stand for.';
COMMENT ON COLUMN review.rule_to_approve.preview IS 'The first of them: now and then.';
COMMENT ON COLUMN review.rule_to_approve.proposed_at IS 'When it was proposed.';
