-- review.dice: how alike two sets of trigrams are: twice what they share over the sum of their sizes.
--
-- Promises: 0 to 1; 0 where both are empty. Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION review.dice(p_one text[], p_other text[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(2.0 * count(*) / nullif(cardinality(p_one) + cardinality(p_other), 0), 0)
    FROM unnest(p_one) AS g WHERE g = ANY (p_other);
END;

COMMENT ON FUNCTION review.dice(text[], text[]) IS 'Dice coefficient of two sets of trigrams.';
