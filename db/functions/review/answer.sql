-- review.answer: what an answer comes to, checked as any cell is.
--
-- Promises: the clean value, field, date order or unit, or the reason why there is none; OC001 with the reason where the
-- answer cannot be one (a custom IMO with a wrong check digit, an unknown field). Writes temporary tables only.
CREATE OR REPLACE FUNCTION review.answer(
    p_item review.items, p_action text, p_value text, OUT result text, OUT null_reason text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value text := btrim(p_value);
    v_reading stage.readings;
BEGIN
    IF p_action = 'unsure' THEN
        RETURN;
    ELSIF p_item.decision_on = 'pair' THEN
        result := CASE p_action WHEN 'accept' THEN 'same' WHEN 'reject' THEN 'different' ELSE lower(v_value) END;
        IF result NOT IN ('same', 'different') THEN
            RAISE EXCEPTION '% says nothing about two entries', v_value
                USING ERRCODE = 'OC001', HINT = 'same (or accept), different (or reject), or unsure.';
        END IF;
        RETURN;
    ELSIF p_action = 'reject' THEN
        null_reason := CASE WHEN p_item.decision_on = 'column' THEN 'not_applicable' ELSE 'unknown' END;
        RETURN;
    ELSIF p_action = 'accept' THEN
        v_value := CASE
            WHEN p_item.decision_on = 'reading' AND p_item.proposal_field IS NOT NULL THEN 'NULL not_applicable'
            WHEN p_item.proposal_field IS NOT NULL AND p_item.proposal_field IS DISTINCT FROM p_item.field
                AND p_item.decision_on <> 'column' THEN 'NULL not_applicable'
            ELSE coalesce(p_item.proposal, p_item.machine_value) END;
        IF v_value IS NULL THEN
            RAISE EXCEPTION 'there is nothing to accept: the machine has no proposal'
                USING ERRCODE = 'OC001', HINT = 'Answer custom with the value, reject, or unsure.';
        END IF;
    END IF;

    IF v_value ~ '^NULL( [a-z_]+)?$' AND p_item.decision_on <> 'column' THEN
        null_reason := coalesce(nullif(btrim(substr(v_value, 5)), ''), 'unknown');
        IF null_reason NOT IN ('blank', 'not_applicable', 'unknown', 'pending', 'not_eligible', 'none', 'masked', 'open_ended') THEN
            RAISE EXCEPTION '% is no reason for having no value', null_reason
                USING ERRCODE = 'OC001', HINT = 'blank, not_applicable, unknown, pending, not_eligible, none, masked or open_ended.';
        END IF;
        RETURN;
    ELSIF p_item.decision_on = 'column' THEN
        result := upper(v_value);
        IF NOT EXISTS (SELECT FROM ref.field AS f WHERE f.field = result) THEN
            RAISE EXCEPTION 'there is no field %', result
                USING ERRCODE = 'OC001', HINT = 'SELECT field, description FROM ref.field lists them; reject keeps plain text.';
        END IF;
        RETURN;
    END IF;

    SELECT r.* INTO v_reading FROM stage.readings AS r
    WHERE r.reading_id = coalesce(p_item.reading_id, (
        SELECT d.reading_id FROM stage.distinct_values AS d WHERE d.value_id = p_item.value_id));
    IF p_item.decision_on = 'reading' AND v_reading.kind = 'date' THEN
        result := upper(v_value);
        IF result NOT IN ('DMY', 'MDY') THEN
            RAISE EXCEPTION '% is no order of day and month', v_value USING ERRCODE = 'OC001', HINT = 'DMY or MDY.';
        END IF;
    ELSIF p_item.decision_on = 'reading' AND v_reading.unit LIKE '?%' THEN
        result := clean.unit_of(v_value, (SELECT f.dimension FROM ref.field AS f WHERE f.field = v_reading.field));
        IF result IS NULL THEN
            RAISE EXCEPTION '% is no unit of this field', v_value
                USING ERRCODE = 'OC001', HINT = 'SELECT unit FROM ref.unit lists them by dimension; reject if these numbers measure something else.';
        END IF;
    ELSIF p_item.decision_on = 'reading' AND p_item.proposal_field IS NULL THEN
        result := v_value;
        IF result NOT IN ('.', ',') THEN
            RAISE EXCEPTION '% is no decimal sign', v_value USING ERRCODE = 'OC001', HINT = 'A dot or a comma.';
        END IF;
    ELSIF p_item.decision_on = 'reading' THEN
        RAISE EXCEPTION 'these values are identifiers of another field; they have no common value'
            USING ERRCODE = 'OC001', HINT = 'accept moves them out of this column, reject says they mean nothing.';
    ELSIF p_action = 'accept' AND v_reading.kind NOT IN ('imo', 'mmsi', 'eu_cfr', 'country', 'date', 'year') THEN
        -- what the machine wrote stands although no vocabulary knows it or no bound allows it: that is what was asked.
        -- Not so where the canonical form itself is at stake: a wrong check digit stays wrong, a flag is a State's code.
        result := v_value;
    ELSE
        result := review.canonical(v_reading, v_value);
    END IF;
END
$$;

COMMENT ON FUNCTION review.answer(review.items, text, text) IS 'An answer, checked and in canonical form.';
