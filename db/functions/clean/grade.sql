-- clean.grade: score, confidence, threshold and verdict of one rule chain.
--
-- Promises: needs_review where a validator that must hold does not, or where the confidence is below the threshold; the
-- reason in words; null_reason of the rule, if any, that emptied the value.
-- Reads the rules, policies and calibration, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.grade(
    p_field text, p_kind text, p_trust text, p_chain integer[], p_similarity double precision,
    OUT score double precision, OUT confidence double precision, OUT threshold double precision,
    OUT needs_review boolean, OUT review_rule_id integer, OUT review_reason text, OUT null_reason text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    score := clean.chain_score(p_chain, p_similarity);
    confidence := clean.calibrated(p_field, p_kind, score);
    threshold := clean.threshold(p_field, p_kind, p_trust);
    SELECT r.rule_id, r.description INTO review_rule_id, review_reason
    FROM stage.cleaning_rules AS r
    WHERE r.must_hold AND -r.rule_id = ANY (p_chain)
    ORDER BY r.review_scope, r.priority, r.rule_id
    LIMIT 1;
    SELECT r.replacement INTO null_reason
    FROM stage.cleaning_rules AS r
    WHERE r.kind = 'null' AND r.rule_id > 2 AND r.rule_id = ANY (p_chain)
    ORDER BY r.priority, r.rule_id
    LIMIT 1;
    IF null_reason IS NOT NULL THEN
        review_rule_id := NULL;
        review_reason := NULL;
    END IF;
    needs_review := review_rule_id IS NOT NULL OR confidence < threshold;
    IF needs_review AND review_rule_id IS NULL THEN
        review_reason := format('Confidence %s is below the threshold %s',
            round(confidence::numeric, 3), round(threshold::numeric, 3));
    END IF;
END
$$;

COMMENT ON FUNCTION clean.grade(text, text, text, integer[], double precision) IS
    'What the gate makes of a rule chain: score, confidence, threshold, and whether a human must look.';
