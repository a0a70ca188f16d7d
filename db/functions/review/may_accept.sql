-- review.may_accept: whether accept can be an answer to an item.
--
-- Promises: true where there is something to accept that review.answer will not refuse: a proposal, an audited value, or
-- what the machine wrote where only doubt spoke against it; not what failed the check of its canonical form (an unknown
-- flag, a wrong check digit). Reads the item's value and field, locks nothing.
CREATE OR REPLACE FUNCTION review.may_accept(p_item review.items) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE
        WHEN p_item.decision_on = 'reading' THEN p_item.proposal_field IS NOT NULL
        WHEN p_item.decision_on = 'column' THEN p_item.proposal IS NOT NULL
        WHEN p_item.decision_on = 'audit' OR p_item.proposal IS NOT NULL OR p_item.proposal_field <> p_item.field THEN true
        WHEN p_item.machine_value IS NULL THEN false
        ELSE NOT EXISTS (
            SELECT FROM ref.field AS f
            JOIN stage.distinct_values AS d ON d.value_id = p_item.value_id
            WHERE f.field = p_item.field AND f.kind IN ('imo', 'mmsi', 'eu_cfr', 'country', 'date', 'year')
                AND d.review_rule_id IS NOT NULL)
    END;
END
$$;

COMMENT ON FUNCTION review.may_accept(review.items) IS 'Whether there is something to accept: SELECT review.may_accept(i) FROM review.items AS i.';
