-- review.propose_rules: repeated answers become proposed rules, each with its evidence and what it would change.
--
-- Promises: every candidate (review.rule_candidates) is a row of review.proposed_rule, once; open ones get fresh evidence,
-- and are withdrawn where later answers no longer bear them out; approved and rejected ones stay as they are. The preview
-- is made once, when a rule is proposed. Nothing is cleaned otherwise until review.approve_rule. Returns how many were
-- proposed and withdrawn. Lets one call run at a time; may run again: it then changes nothing.
CREATE OR REPLACE FUNCTION review.propose_rules(OUT proposed bigint, OUT withdrawn bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    v_new review.proposed_rule;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.propose_rules'));
    DROP TABLE IF EXISTS pg_temp.candidate_rule;
    CREATE TEMPORARY TABLE candidate_rule ON COMMIT DROP AS
    SELECT md5(concat_ws('|', c.form, c.field, c.source_id, c.kind, c.pattern, c.replacement)) AS rule_key, c.form, c.evidence,
        c.answers, c.field, c.kind, c.pattern, c.replacement, s.source_type, s.source_name
    FROM review.rule_candidates() AS c
    LEFT JOIN stage.source AS s USING (source_id);

    WITH gone AS (
        UPDATE review.proposed_rule AS p SET status = 'withdrawn'
        WHERE p.status = 'open' AND NOT EXISTS (SELECT FROM pg_temp.candidate_rule AS c WHERE c.rule_key = p.rule_key)
        RETURNING p.proposal_id
    )
    SELECT count(*) INTO withdrawn FROM gone;
    UPDATE review.proposed_rule AS p SET evidence = c.evidence
    FROM pg_temp.candidate_rule AS c
    WHERE c.rule_key = p.rule_key AND p.status = 'open' AND p.evidence <> c.evidence;

    proposed := 0;
    FOR v_new IN
        INSERT INTO review.proposed_rule AS p (rule_key, form, evidence, rule)
        SELECT c.rule_key, c.form, c.evidence, jsonb_build_object(
            'rule_name', 'review.' || lower(c.field) || '.' || left(c.rule_key, 10),
            'source_type', coalesce(c.source_type, 'GLOBAL'), 'source_name', c.source_name, 'field', c.field, 'kind', c.kind,
            'pattern', c.pattern, 'replacement', c.replacement,
            -- an exact text is the raw one; an edit was seen in normalised text
            'priority', CASE c.form WHEN 'exact' THEN 50 ELSE 150 END,
            'base_confidence', CASE c.kind WHEN 'null' THEN 0.5 ELSE 0.2 END, 'penalty', 0, 'must_hold', false,
            'review_scope', 'value', 'enabled', true,
            'description', format('%s answers: %s', c.answers, c.evidence #>> '{texts,0}'))
        FROM pg_temp.candidate_rule AS c
        ON CONFLICT (rule_key) DO UPDATE SET status = 'open', evidence = excluded.evidence WHERE p.status = 'withdrawn'
        RETURNING p.*
    LOOP
        proposed := proposed + 1;
        UPDATE review.proposed_rule AS p
        SET preview = v.first, values_changed = v.changed, cells_changed = v.cells
        FROM (
            SELECT coalesce(jsonb_agg(to_jsonb(r) - 'n' ORDER BY r.n) FILTER (WHERE r.n <= 20), '[]') AS first,
                count(*) AS changed, coalesce(sum(r.cells), 0) AS cells
            FROM (
                SELECT w.*, row_number() OVER (ORDER BY w.cells DESC, w.raw_value) AS n
                FROM clean.preview_rule(v_new.rule) AS w
            ) AS r
        ) AS v
        WHERE p.proposal_id = v_new.proposal_id;
    END LOOP;
END
$$;

COMMENT ON FUNCTION review.propose_rules() IS 'Proposes rules from answers: SELECT * FROM review.propose_rules().';
