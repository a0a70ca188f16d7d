-- review.forget_reading: takes back whatever an item about a reading has been answered.
--
-- Promises: no correction of the item's answers, no date order, unit or decimal sign decided for its reading; its values are
-- cleaned as if it had never been answered. The caller holds the source's lock. May run again: it then changes nothing.
CREATE OR REPLACE FUNCTION review.forget_reading(p_item review.items) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_texts text[];
    v_decided boolean;
BEGIN
    WITH gone AS (
        DELETE FROM review.correction AS c USING review.decisions AS d
        WHERE d.decision_id = c.decision_id AND d.item_id = p_item.item_id
        RETURNING c.raw_value
    )
    SELECT coalesce(array_agg(g.raw_value), '{}') INTO v_texts FROM gone AS g;
    UPDATE stage.readings AS r
    SET decided_date_order = NULL, decided_unit = NULL, decided_decimal_sign = NULL, decided_null_reason = NULL
    WHERE r.reading_id = p_item.reading_id AND p_item.proposal_field IS NULL
        AND num_nonnulls(r.decided_date_order, r.decided_unit, r.decided_decimal_sign, r.decided_null_reason) > 0;
    v_decided := FOUND;
    IF v_decided OR v_texts <> '{}' THEN
        PERFORM clean.reclean_values(p_item.source_id, p_item.field, ARRAY(
            SELECT d.value_id FROM stage.distinct_values AS d
            WHERE d.reading_id = p_item.reading_id AND (v_decided OR d.raw_value = ANY (v_texts))));
    END IF;
END
$$;

COMMENT ON FUNCTION review.forget_reading(review.items) IS 'A reading without its answer.';
