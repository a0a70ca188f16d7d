-- review.argilla_take: answers that came from Argilla.
--
-- Promises: of p_responses, [{response_id, external_id, user, status, values, updated_at}], each whose content was not
-- taken before becomes a row of review.argilla_response and, where it is an answer of a reviewer to an item, one decision as
-- review.decide takes it, cleaning once for all of them; what it refuses is kept with its reason. Drafts are passed over. An
-- answer older than the decision that holds is kept and not applied. An answer of a user whom nobody here is yet is taken
-- again once somebody is. Returns how many were taken, by outcome. One page of a dataset at a time, under the locks of its
-- sources; may be called twice with the same page.
CREATE OR REPLACE FUNCTION review.argilla_take(p_dataset text, p_responses jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_new record;
    v_action text;
    v_outcome text;
    v_message text;
    v_hint text;
    v_decision_id bigint;
    v_holds_since timestamptz;
    v_counts jsonb := '{}';
    v_settled bigint[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.argilla'), hashtext(p_dataset));
    -- all at once and in their order: answers of a page are about many sources
    PERFORM clean.lock_source(s.source_id)
    FROM (
        SELECT DISTINCT i.source_id
        FROM jsonb_to_recordset(p_responses) AS x (external_id text)
        JOIN review.argilla_record AS r USING (external_id)
        JOIN review.items AS i USING (item_id)
        ORDER BY i.source_id
    ) AS s;
    FOR v_new IN
        SELECT s.*, w.reviewer, r.item_id, r.round, i.decision_on
        FROM (
            SELECT x.response_id, x.external_id, x."user" AS argilla_user, x.status, coalesce(x.values, '{}') AS answer,
                x.updated_at AT TIME ZONE 'UTC' AS answered_at
            FROM jsonb_to_recordset(p_responses)
                AS x (response_id uuid, external_id text, "user" text, status text, values jsonb, updated_at timestamp)
            WHERE x.status IN ('submitted', 'discarded')
        ) AS s
        LEFT JOIN review.reviewer AS w ON w.argilla_user = s.argilla_user AND w.active
        LEFT JOIN review.argilla_record AS r ON r.external_id = s.external_id
        LEFT JOIN review.items AS i ON i.item_id = r.item_id
        LEFT JOIN LATERAL (
            SELECT a.status, a.answer, a.outcome FROM review.argilla_response AS a
            WHERE a.response_id = s.response_id ORDER BY a.taken_id DESC LIMIT 1
        ) AS k ON true
        WHERE (k.status, k.answer) IS DISTINCT FROM (s.status, s.answer) OR (k.outcome = 'no_reviewer' AND w.reviewer IS NOT NULL)
        ORDER BY s.answered_at, s.response_id
    LOOP
        v_action := CASE v_new.status WHEN 'discarded' THEN 'unsure' ELSE v_new.answer #>> '{action,value}' END;
        v_decision_id := NULL;
        v_message := NULL;
        -- the answer that holds counts from when it was given, wherever that was
        SELECT max(coalesce(a.answered_at, d.decided_at)) INTO v_holds_since
        FROM review.decisions AS d
        LEFT JOIN review.argilla_response AS a USING (decision_id)
        WHERE d.item_id = v_new.item_id AND d.applied;
        IF v_new.item_id IS NULL THEN
            v_outcome := 'no_item';
        ELSIF v_new.reviewer IS NULL THEN
            v_outcome := 'no_reviewer';
        ELSIF v_holds_since > v_new.answered_at THEN
            v_outcome := 'overtaken';
        ELSE
            BEGIN
                SELECT d.decision_id, d.outcome INTO v_decision_id, v_outcome
                FROM review.take_answer(v_new.item_id, v_action,
                    CASE v_action WHEN 'custom' THEN v_new.answer #>> '{value,value}' END, v_new.reviewer,
                    nullif(btrim(v_new.answer #>> '{note,value}'), ''), true) AS d;
                IF v_outcome IN ('applied', 'superseded') AND v_new.decision_on IN ('value', 'audit') THEN
                    v_settled := v_settled || v_new.item_id;
                END IF;
            EXCEPTION WHEN SQLSTATE 'OC001' OR SQLSTATE 'OC002' OR SQLSTATE 'OC404' THEN
                GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_hint = PG_EXCEPTION_HINT;
                v_outcome := 'refused';
                v_message := concat_ws('. ', v_message, nullif(v_hint, ''));
            END;
        END IF;
        INSERT INTO review.argilla_response (
            response_id, external_id, item_id, round, dataset, argilla_user, reviewer, status, answer, answered_at, outcome,
            message, decision_id)
        VALUES (v_new.response_id, v_new.external_id, v_new.item_id, v_new.round, p_dataset, v_new.argilla_user, v_new.reviewer,
            v_new.status, v_new.answer, v_new.answered_at, v_outcome, v_message, v_decision_id);
        v_counts := v_counts || jsonb_build_object(v_outcome, coalesce((v_counts ->> v_outcome)::integer, 0) + 1);
    END LOOP;
    PERFORM review.settle(v_settled);
    RETURN v_counts;
END
$$;

COMMENT ON FUNCTION review.argilla_take(text, jsonb) IS 'Answers from Argilla become decisions, each once.';
