-- review.argilla_content: an item as a record of Argilla.
--
-- Promises: {fields, metadata, suggestions, responses}; suggestions and responses name questions, a response has no user
-- yet. An audit shows the clean value and nothing of how sure the machine was. A closed item says that nothing is left to
-- answer, and has the response that closes its record. A round after a refused answer says why it was refused; where two
-- reviewers disagree, both answers show. Reads the item's surroundings, locks nothing.
CREATE OR REPLACE FUNCTION review.argilla_content(p_item review.items) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_open boolean := p_item.status IN ('open', 'second', 'adjudication');
    v_audit boolean := p_item.decision_on = 'audit';
    v_column text;
    v_source text := (SELECT s.source_name FROM stage.source AS s WHERE s.source_id = p_item.source_id);
    v_accept text := CASE
        WHEN p_item.proposal_field IS NOT NULL AND p_item.decision_on <> 'column'
            AND (p_item.decision_on = 'reading' OR p_item.proposal_field IS DISTINCT FROM p_item.field) THEN NULL
        WHEN review.may_accept(p_item) THEN coalesce(p_item.proposal, p_item.machine_value) END;
    v_earlier text;
    v_best jsonb := p_item.suggestions -> 0;
BEGIN
    SELECT c.column_name INTO v_column FROM stage.columns AS c
    WHERE c.document_id = p_item.document_id AND c.column_position = p_item.column_position;
    IF p_item.status = 'adjudication' THEN
        SELECT string_agg(coalesce(review.argilla_text(d.result), 'no value (' || d.result_null_reason || ')'), '; ' ORDER BY d.decision_id)
        INTO v_earlier FROM review.decisions AS d WHERE d.item_id = p_item.item_id AND d.action IN ('accept', 'reject', 'custom');
        v_earlier := 'Two reviewers disagree: ' || v_earlier;
    ELSIF v_open THEN
        SELECT 'An earlier answer was refused: ' || review.argilla_text(r.message) INTO v_earlier
        FROM review.argilla_response AS r
        WHERE r.item_id = p_item.item_id AND r.outcome = 'refused' ORDER BY r.taken_id DESC LIMIT 1;
    END IF;

    RETURN jsonb_build_object(
        'fields', jsonb_build_object(
            'question', concat_ws(E'\n\n',
                format('**%s** · %s · column *%s*', review.argilla_text(v_source), coalesce(review.argilla_text(p_item.field), 'no field'),
                    coalesce(review.argilla_text(v_column), p_item.column_position::text)),
                CASE WHEN p_item.subject = '' THEN '(no text)' ELSE '## ' || review.argilla_text(p_item.subject) END,
                CASE
                    WHEN v_audit THEN concat_ws(E'\n\n',
                        CASE WHEN v_accept ~ '^NULL [a-z_]+$' THEN 'Read as: no value (' || substr(v_accept, 6) || ')'
                            ELSE 'Read as: **' || review.argilla_text(v_accept) || '**' END,
                        'Is that right? accept: yes. custom: no, and this is right. reject: no, there is no such value.')
                    WHEN p_item.decision_on = 'column' AND v_accept IS NOT NULL THEN 'accept: the column is the field ' || review.argilla_text(v_accept)
                    WHEN v_accept IS NOT NULL THEN 'accept: ' || review.argilla_text(v_accept)
                    WHEN p_item.proposal_field IS NOT NULL THEN
                        'accept: no value here, because it belongs to the field ' || review.argilla_text(p_item.proposal_field)
                    ELSE 'There is no proposal to accept.'
                END,
                format('The answer settles %s cells.', p_item.cells)
            ),
            'reason', CASE WHEN v_open THEN concat_ws(E'\n\n', review.argilla_text(p_item.reason), v_earlier)
                ELSE 'Settled elsewhere: nothing is left to answer.' END,
            'row', review.argilla_table(p_item.context, v_column)
        ),
        'metadata', jsonb_strip_nulls(jsonb_build_object(
            'item_id', p_item.item_id, 'document_id', p_item.document_id, 'row_index', p_item.row_index,
            'column_position', p_item.column_position, 'column_name', v_column, 'source', v_source, 'field', p_item.field,
            'decision_on', p_item.decision_on, 'batch', p_item.batch_key, 'status', p_item.status, 'cells', p_item.cells,
            'priority', round(p_item.priority::numeric, 6)
        )),
        'suggestions', CASE WHEN v_audit OR v_best IS NULL THEN '[]' ELSE jsonb_build_array(
            jsonb_build_object('question', 'value', 'value', v_best -> 'value', 'score', v_best -> 'score',
                'agent', 'oceanid/' || (v_best ->> 'agent'), 'type', 'model'),
            jsonb_build_object('question', 'action', 'value', CASE WHEN v_best ->> 'value' = v_accept THEN 'accept' ELSE 'custom' END,
                'score', v_best -> 'score', 'agent', 'oceanid/' || (v_best ->> 'agent'), 'type', 'model')
        ) END,
        'responses', CASE WHEN v_open THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
            'status', 'submitted', 'values', jsonb_build_object('action', jsonb_build_object('value', 'unsure'),
                'note', jsonb_build_object('value', 'Settled elsewhere.'))
        )) END
    );
END
$$;

COMMENT ON FUNCTION review.argilla_content(review.items) IS 'An item as a record of Argilla: fields, metadata, suggestions.';
