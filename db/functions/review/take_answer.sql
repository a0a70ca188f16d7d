-- review.take_answer: the body of review.decide, for those who take many answers in one transaction.
--
-- Promises: what review.decide promises; but with p_later the values that an answer about a text settles are not cleaned
-- yet: the caller calls review.settle with all such items before it commits. Called by functions only.
CREATE OR REPLACE FUNCTION review.take_answer(
    p_item_id bigint, p_action text, p_value text, p_reviewer text, p_note text, p_later boolean,
    OUT decision_id bigint, OUT outcome text, OUT result text, OUT cells_settled bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_item review.items;
    v_last review.decisions;
    v_answer record;
    v_status text;
    v_second boolean;
BEGIN
    PERFORM review.check_reviewer(p_reviewer);
    -- the source before the item, as a worker does that gates a document and closes items: else each waits for the other
    IF p_action <> 'unsure' THEN
        PERFORM clean.lock_source(i.source_id) FROM review.items AS i WHERE i.item_id = p_item_id;
    END IF;
    SELECT * INTO v_item FROM review.items AS i WHERE i.item_id = p_item_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no item %', p_item_id USING ERRCODE = 'OC404', HINT = 'SELECT * FROM review.queue lists what is open.';
    ELSIF p_action IS NULL OR p_action NOT IN ('accept', 'reject', 'custom', 'unsure') THEN
        RAISE EXCEPTION '% is no answer', coalesce(p_action, 'NULL')
            USING ERRCODE = 'OC001', HINT = 'Answer accept, reject, custom (with a value) or unsure.';
    ELSIF (p_action = 'custom') <> (coalesce(btrim(p_value), '') <> '') THEN
        RAISE EXCEPTION 'custom needs a value, and only custom takes one'
            USING ERRCODE = 'OC001', HINT = 'review.decide(item, ''custom'', ''the value'', reviewer).';
    END IF;
    SELECT * INTO v_last FROM review.decisions AS d
    WHERE d.item_id = p_item_id AND d.action NOT IN ('unsure', 'undo') ORDER BY d.decision_id DESC LIMIT 1;
    SELECT * INTO v_answer FROM review.answer(v_item, p_action, p_value);
    result := coalesce(v_answer.result, 'NULL ' || v_answer.null_reason);
    cells_settled := 0;
    v_second := coalesce((SELECT f.second_review FROM review.field_policy AS f WHERE f.field = v_item.field), false)
        AND v_item.decision_on <> 'column';

    outcome := CASE
        WHEN v_item.status = 'withdrawn' THEN 'late'
        WHEN p_action = 'unsure' THEN 'unsure'
        WHEN v_item.status = 'adjudication' AND (
            SELECT count(DISTINCT d.reviewer) FROM review.decisions AS d
            WHERE d.item_id = p_item_id AND d.action IN ('accept', 'reject', 'custom') AND d.reviewer = p_reviewer) > 0
            AND NOT (SELECT r.may_adjudicate FROM review.reviewer AS r WHERE r.reviewer = p_reviewer) THEN 'disagreed'
        WHEN v_second AND v_item.status = 'open' THEN 'second'
        WHEN v_second AND v_item.status = 'second' AND v_last.reviewer = p_reviewer THEN 'second'
        WHEN v_second AND v_item.status = 'second'
            AND (v_last.result, v_last.result_null_reason) IS DISTINCT FROM (v_answer.result, v_answer.null_reason) THEN 'disagreed'
        WHEN v_item.status = 'decided' THEN 'superseded'
        ELSE 'applied'
    END;
    v_status := CASE outcome
        WHEN 'late' THEN 'withdrawn' WHEN 'unsure' THEN v_item.status WHEN 'second' THEN 'second'
        WHEN 'disagreed' THEN 'adjudication' ELSE 'decided' END;

    INSERT INTO review.decisions (
        item_id, action, value, result, result_null_reason, reviewer, note, seen, applied, cells_settled, supersedes)
    VALUES (p_item_id, p_action, CASE WHEN p_action = 'custom' THEN p_value END, v_answer.result, v_answer.null_reason, p_reviewer,
        p_note, to_jsonb(v_item) - 'item_id' || review.column_state(v_item), outcome IN ('applied', 'superseded'),
        CASE WHEN outcome IN ('applied', 'superseded') THEN v_item.cells ELSE 0 END, v_last.decision_id)
    RETURNING decisions.decision_id INTO decision_id;
    UPDATE review.items AS i
    SET status = v_status, closed_at = CASE WHEN v_status IN ('decided', 'withdrawn') THEN coalesce(i.closed_at, clock_timestamp()) END,
        priority = CASE WHEN p_action = 'unsure' THEN i.priority / 2 ELSE i.priority END
    WHERE i.item_id = p_item_id;
    IF outcome IN ('applied', 'superseded') THEN
        -- before it is applied: both keep the confidence that the machine had
        PERFORM review.record_judgement(v_item, decision_id, v_answer.result, v_answer.null_reason);
        PERFORM review.remember_example(v_item, decision_id, v_answer.result, v_answer.null_reason);
        cells_settled := review.apply(v_item, decision_id, p_action, v_answer.result, v_answer.null_reason, p_reviewer, p_later);
        IF NOT (p_later AND v_item.decision_on IN ('value', 'audit')) THEN
            PERFORM review.follow_up(v_item);
        END IF;
    END IF;
END
$$;

COMMENT ON FUNCTION review.take_answer(bigint, text, text, text, text, boolean) IS 'One answer; its cleaning at once or later.';
