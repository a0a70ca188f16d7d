-- review.argilla_definition: a dataset of Argilla as it has to be: guidelines, fields, questions, metadata.
--
-- Promises: JSON in the words of Argilla's API. Reads ref.field and the policies of its fields, locks nothing.
CREATE OR REPLACE FUNCTION review.argilla_definition(p_dataset text) RETURNS jsonb
LANGUAGE sql STABLE
RETURN jsonb_build_object(
    'name', p_dataset,
    'guidelines', concat_ws(E'\n\n',
        CASE p_dataset
            WHEN 'oceanid-column' THEN 'Say which field a column of a vessel list means. Fields: '
                || (SELECT string_agg(f.field, ', ' ORDER BY f.field) FROM ref.field AS f) || '.'
            ELSE 'Say what the text of a vessel list means. Fields: ' || coalesce((
                SELECT string_agg(f.field || coalesce(' (' || f.description || ')', ''), '; ' ORDER BY f.field)
                FROM ref.field AS f WHERE 'oceanid-' || f.kind = p_dataset), 'plain text') || '.'
        END,
        'Look at the row, then choose. accept: the proposal is right. custom: it is not, and the value you write is. '
        'reject: there is no such value (of a column: it means none of the fields). unsure: you cannot tell from this row.',
        'One answer settles every cell with the same text in that source, in this list and in later ones. Write what the '
        'source means, not what it should have written; for "none", write NULL and the reason, such as NULL unknown.',
        'A custom value is checked as every cell is. One that fails its check (an IMO number with a wrong check digit) is '
        'refused, and the question comes back with the reason. You may change an answer: the last one holds.'
    ),
    'fields', jsonb_build_array(
        jsonb_build_object('name', 'question', 'title', 'Question', 'required', true,
            'settings', jsonb_build_object('type', 'text', 'use_markdown', true)),
        jsonb_build_object('name', 'reason', 'title', 'Why it is asked', 'required', true,
            'settings', jsonb_build_object('type', 'text', 'use_markdown', true)),
        jsonb_build_object('name', 'row', 'title', 'The row', 'required', false,
            'settings', jsonb_build_object('type', 'text', 'use_markdown', true))
    ),
    'questions', jsonb_build_array(
        jsonb_build_object('name', 'action', 'title', 'Answer', 'required', true,
            'settings', jsonb_build_object('type', 'label_selection', 'options', (
                SELECT jsonb_agg(jsonb_build_object('value', o.value, 'text', o.text) ORDER BY o.ordinality)
                FROM unnest(
                    ARRAY['accept', 'reject', 'custom', 'unsure'],
                    ARRAY['Accept the proposal', 'Reject: no such value', 'Custom: the value below', 'Unsure']
                ) WITH ORDINALITY AS o (value, text, ordinality)))),
        jsonb_build_object('name', 'value', 'title', 'Value', 'description', 'Counts with Custom only.', 'required', false,
            'settings', jsonb_build_object('type', 'text', 'use_markdown', false)),
        jsonb_build_object('name', 'note', 'title', 'Note', 'description', 'How you know, if that helps others.', 'required', false,
            'settings', jsonb_build_object('type', 'text', 'use_markdown', false))
    ),
    'metadata_properties', (
        SELECT jsonb_agg(jsonb_build_object('name', m.name, 'title', m.title, 'visible_for_annotators', true,
            'settings', jsonb_build_object('type', m.type)) ORDER BY m.ordinality)
        FROM unnest(
            ARRAY['item_id', 'document_id', 'row_index', 'column_position', 'column_name', 'source', 'field', 'decision_on',
                'batch', 'status', 'cells', 'priority'],
            ARRAY['Item', 'Document', 'Row', 'Column', 'Column name', 'Source', 'Field', 'Decision on', 'Batch', 'Status',
                'Cells', 'Priority'],
            ARRAY['integer', 'integer', 'integer', 'integer', 'terms', 'terms', 'terms', 'terms', 'terms', 'terms', 'integer',
                'float']
        ) WITH ORDINALITY AS m (name, title, type, ordinality)
    )
);

COMMENT ON FUNCTION review.argilla_definition(text) IS 'Guidelines, fields, questions and metadata of a dataset in Argilla.';
