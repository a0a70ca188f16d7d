-- review.values_about: the stored values that an item's answer is about: the text itself, and cells of several values one of
-- which it is.
--
-- Promises: ids of values of the item's source and field. Reads only these, locks nothing.
CREATE OR REPLACE FUNCTION review.values_about(p_item review.items) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := lower(btrim(p_item.subject));
BEGIN
    RETURN ARRAY(
        SELECT d.value_id
        FROM stage.distinct_values AS d
        JOIN stage.readings AS r USING (reading_id)
        WHERE d.reading_id = ANY (ARRAY(
                SELECT x.reading_id FROM stage.readings AS x
                WHERE x.source_id = p_item.source_id AND x.field IS NOT DISTINCT FROM p_item.field))
            AND (d.raw_value = p_item.subject
                -- also where only folding shows the part
                OR d.failed_part = p_item.subject
                OR (position(v_text IN lower(d.raw_value)) > 0 AND v_text IN (
                    SELECT lower(btrim(p.part))
                    FROM regexp_split_to_table(clean.decode_entities(d.raw_value),
                        CASE WHEN r.kind = 'text' THEN '$' ELSE '[;|\r\n' || coalesce(r.separators, '') || ']+' END) AS p (part))))
    );
END
$$;

COMMENT ON FUNCTION review.values_about(review.items) IS 'Stored values that an answer may change.';
