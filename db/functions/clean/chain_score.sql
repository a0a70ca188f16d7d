-- clean.chain_score: the composite score of a recorded rule chain.
--
-- Promises: clean.composite_score of the rules' base confidences; a negative id counts as minus the validator's penalty.
-- Rules that no longer exist count nothing. Reads stage.cleaning_rules, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.chain_score(p_chain integer[], p_similarity double precision)
RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT clean.composite_score(
        coalesce(array_agg(
            CASE WHEN c.id < 0 THEN -r.penalty ELSE r.base_confidence END::double precision ORDER BY c.i), '{}'),
        p_similarity)
    FROM unnest(p_chain) WITH ORDINALITY AS c (id, i)
    JOIN stage.cleaning_rules AS r ON r.rule_id = abs(c.id);
END;

COMMENT ON FUNCTION clean.chain_score(integer[], double precision) IS 'Composite score of the rules that fired, in order.';
