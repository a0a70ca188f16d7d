-- review.values_about: the stored values that an item's answer is about: the text itself, and cells of several values in
-- which it stands.
--
-- Promises: ids of values of the item's source and field. Reads only these, locks nothing.
CREATE OR REPLACE FUNCTION review.values_about(p_item review.items) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT d.value_id
        FROM stage.distinct_values AS d
        JOIN stage.readings AS r USING (reading_id)
        WHERE r.source_id = p_item.source_id AND r.field IS NOT DISTINCT FROM p_item.field
            AND position(btrim(p_item.subject) IN d.raw_value) > 0
    );
END
$$;

COMMENT ON FUNCTION review.values_about(review.items) IS 'Stored values that an answer may change.';
