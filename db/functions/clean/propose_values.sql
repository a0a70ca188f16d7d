-- clean.propose_values: for values that a human must look at, what the machine would write if it had to, and where.
--
-- Promises: proposal and proposal_field of the given values are set or emptied. Nothing is applied.
-- Locks the rows; may run again.
CREATE OR REPLACE FUNCTION clean.propose_values(p_value_ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE stage.distinct_values AS d
    SET proposal = p.proposal, proposal_field = p.proposal_field
    FROM stage.distinct_values AS v
    JOIN stage.readings AS r USING (reading_id)
    CROSS JOIN LATERAL clean.propose(v.raw_value, v.cleaned_value, r) AS p
    WHERE v.value_id = ANY (p_value_ids) AND d.value_id = v.value_id;
END
$$;

COMMENT ON FUNCTION clean.propose_values(bigint[]) IS 'Proposals for values that wait for a human.';
