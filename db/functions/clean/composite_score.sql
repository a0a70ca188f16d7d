-- clean.composite_score: how much speaks for a value: 0.5 + Σ base_confidence(i) · 0.9^i over the chain, i from 0,
-- + 0.05 where it is more than 0.95 similar to the raw text, − 0.10 where less than 0.5, kept in [0, 1].
--
-- Promises: exactly that formula; a NULL similarity (no value to compare) adds nothing. It ranks; it is no probability.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.composite_score(p_base_confidences double precision[], p_similarity double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT least(1, greatest(0,
        0.5
        + coalesce(sum(c.confidence * 0.9 ^ (c.i - 1)), 0)
        + CASE WHEN p_similarity > 0.95 THEN 0.05 WHEN p_similarity < 0.5 THEN -0.10 ELSE 0 END))
    FROM unnest(p_base_confidences) WITH ORDINALITY AS c (confidence, i);
END;

COMMENT ON FUNCTION clean.composite_score(double precision[], double precision) IS
    'Composite score of a chain of base confidences and a similarity: ([0.25, 0.25], NULL) → 0.975.';
