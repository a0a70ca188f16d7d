-- review.apply: an answer takes effect.
--
-- Promises: a value's answer becomes the correction of its text and every cell that shares it has it, in one statement a
-- table; a reading's answer is kept with the reading; a column is mapped; a cell's finding is settled; an audit
-- that found the machine right changes nothing. Returns the cells settled. With p_later the values of a text are left for
-- review.settle. The caller holds the source's lock. May run again with the same answer.
CREATE OR REPLACE FUNCTION review.apply(
    p_item review.items, p_decision_id bigint, p_action text, p_result text, p_null_reason text, p_reviewer text,
    p_later boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_values bigint[];
BEGIN
    IF p_item.decision_on = 'column' THEN
        PERFORM clean.map_column(p_item.document_id, p_item.column_position, p_result);
        RETURN p_item.cells;
    ELSIF p_item.decision_on = 'pair' THEN
        PERFORM identity.take_answer(p_item.item_key, p_result, p_reviewer, p_decision_id);
        RETURN p_item.cells;
    ELSIF p_item.decision_on = 'cell' THEN
        UPDATE stage.cell_findings AS f
        SET needs_review = false, decision_id = p_decision_id, effect = 0,
            decided_value = CASE WHEN p_action <> 'accept' THEN p_result END,
            decided_null_reason = CASE WHEN p_action <> 'accept' THEN p_null_reason END
        WHERE (f.document_id = p_item.document_id AND f.row_index = p_item.row_index
                AND f.column_position = p_item.column_position)
            -- other versions that took over an earlier answer take this one
            OR f.decision_id IN (SELECT d.decision_id FROM review.decisions AS d WHERE d.item_id = p_item.item_id);
        PERFORM clean.keep_findings(o.document_id)
        FROM (
            SELECT DISTINCT n.document_id
            FROM stage.cell_findings AS n
            JOIN stage.documents AS t USING (document_id)
            WHERE n.needs_review AND t.source_id = p_item.source_id AND t.document_id <> p_item.document_id
        ) AS o;
        RETURN 1;
    ELSIF p_item.decision_on = 'audit' AND p_action = 'accept' THEN
        -- the machine was right: nothing changes, but for what an earlier answer to this question had changed
        DELETE FROM review.correction AS c USING review.decisions AS d
        WHERE d.decision_id = c.decision_id AND d.item_id = p_item.item_id;
        IF NOT FOUND THEN
            RETURN p_item.cells;
        END IF;
    ELSIF p_item.decision_on = 'reading' THEN
        PERFORM review.forget_reading(p_item);
        v_values := ARRAY(
            SELECT d.value_id FROM stage.distinct_values AS d
            LEFT JOIN stage.cleaning_rules AS k ON k.rule_id = d.review_rule_id
            WHERE d.reading_id = p_item.reading_id AND d.needs_review
                AND CASE WHEN p_item.proposal_field IS NULL THEN k.review_scope = 'reading'
                    ELSE d.proposal_field = p_item.proposal_field END);
        IF p_result IS NULL THEN
            -- what the reading leaves open has no value; what can be read all the same keeps its own
            PERFORM review.correct(p_item, d.raw_value, p_result, p_null_reason, p_decision_id, p_reviewer)
            FROM stage.distinct_values AS d WHERE d.value_id = ANY (v_values);
        END IF;
        UPDATE stage.readings AS r
        SET decided_date_order = CASE WHEN r.kind = 'date' THEN p_result END,
            decided_unit = CASE WHEN r.kind <> 'date' AND p_result NOT IN ('.', ',') THEN p_result END,
            decided_decimal_sign = CASE WHEN r.kind <> 'date' AND p_result IN ('.', ',') THEN p_result END,
            -- numbers in a unit that does not measure the field never do
            decided_null_reason = CASE WHEN r.unit LIKE '?%' THEN p_null_reason END
        WHERE r.reading_id = p_item.reading_id AND p_item.proposal_field IS NULL;
        IF p_result IS NOT NULL THEN
            PERFORM clean.reclean_values(p_item.source_id, p_item.field, ARRAY(
                SELECT d.value_id FROM stage.distinct_values AS d WHERE d.reading_id = p_item.reading_id));
        END IF;
    ELSE
        PERFORM review.correct(p_item, p_item.subject, p_result, p_null_reason, p_decision_id, p_reviewer);
    END IF;
    IF p_item.decision_on IN ('value', 'audit') THEN
        IF p_later THEN
            RETURN p_item.cells;
        END IF;
        v_values := review.values_about(p_item);
    END IF;
    RETURN clean.reclean_values(p_item.source_id, p_item.field, v_values);
END
$$;

COMMENT ON FUNCTION review.apply(review.items, bigint, text, text, text, text, boolean) IS 'Makes an answer hold.';
