-- review.priority: how soon a question should be asked: cells it settles × how unsure the machine is × the field's weight.
--
-- Promises: more for more cells, for less confidence, for fields that promotion waits for. Reads review.field_policy.
CREATE OR REPLACE FUNCTION review.priority(p_cells bigint, p_confidence real, p_field text) RETURNS double precision
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p_cells * greatest(0.05, 1 - coalesce(p_confidence, 0))
        * coalesce((SELECT f.weight FROM review.field_policy AS f WHERE f.field = p_field), 1)::double precision;
END;

COMMENT ON FUNCTION review.priority(bigint, real, text) IS 'Cells × uncertainty × weight of the field.';
