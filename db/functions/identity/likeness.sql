-- identity.likeness: how alike two names are, by their trigrams.
--
-- Promises: twice the shared trigrams over all trigrams (Dice), from 0 to 1; 0 where one has none. Pure.
CREATE OR REPLACE FUNCTION identity.likeness(p_a text[], p_b text[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(2.0 * count(*) / nullif(cardinality(p_a) + cardinality(p_b), 0), 0)
    FROM unnest(p_a) AS t WHERE t = ANY (p_b);
END;

COMMENT ON FUNCTION identity.likeness(text[], text[]) IS 'Likeness of two names by trigrams, 0 to 1.';
