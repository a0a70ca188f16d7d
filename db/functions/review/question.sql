-- review.question: an item as a person is shown it: where it stands, what may be answered, what was answered.
--
-- Promises: the columns of review.items and, as further keys: source_name, file_name, list_name, column_name, description
-- (of the field), kind, row_cells (context in the columns' order, as [{column, text}]), options (answers that a reading
-- allows), acceptable (whether accept can be an answer), examples (what else the answer settles, up to twelve, as
-- [{value, cells}]), answers (newest first), last_answer (decision_id of the newest, or 0), standing (decision_id of the
-- answer that holds, or NULL), in_batch (how many items of the batch are open, audits left out). An audit shows the clean
-- value, never how sure the machine was of it. OC404 where there is no such item. Reads only, locks nothing.
CREATE OR REPLACE FUNCTION review.question(p_item_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_item review.items;
    v_reading stage.readings;
    v_field ref.field;
BEGIN
    SELECT * INTO v_item FROM review.items AS i WHERE i.item_id = p_item_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no item %', p_item_id USING ERRCODE = 'OC404', HINT = 'SELECT * FROM review.queue lists what is open.';
    END IF;
    SELECT * INTO v_reading FROM stage.readings AS r WHERE r.reading_id = v_item.reading_id;
    SELECT * INTO v_field FROM ref.field AS f WHERE f.field = v_item.field;
    RETURN to_jsonb(v_item) || jsonb_build_object(
        'acceptable', review.may_accept(v_item),
        'source_name', (SELECT s.source_name FROM stage.source AS s WHERE s.source_id = v_item.source_id),
        'file_name', (SELECT d.file_name FROM stage.documents AS d WHERE d.document_id = v_item.document_id),
        'list_name', (SELECT d.list_name FROM stage.documents AS d WHERE d.document_id = v_item.document_id),
        'column_name', (
            SELECT c.column_name FROM stage.columns AS c
            WHERE c.document_id = v_item.document_id AND c.column_position = v_item.column_position),
        'description', v_field.description,
        'row_cells', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('column', t.key, 'text', t.value) ORDER BY c.column_position, t.key), '[]')
            FROM jsonb_each_text(v_item.context) AS t (key, value)
            LEFT JOIN stage.columns AS c ON c.document_id = v_item.document_id AND c.column_name = t.key),
        'kind', v_field.kind,
        'options', CASE
            WHEN v_item.decision_on <> 'reading' OR v_item.proposal_field IS NOT NULL THEN '[]'
            WHEN v_reading.kind = 'date' THEN '["DMY", "MDY"]'
            WHEN coalesce(v_reading.unit, '') NOT LIKE '?%' THEN '[".", ","]'
            ELSE coalesce((SELECT jsonb_agg(u.unit ORDER BY u.unit) FROM ref.unit AS u WHERE u.dimension = v_field.dimension), '[]')
        END,
        'examples', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('value', e.raw_value, 'cells', e.cells) ORDER BY e.cells DESC, e.raw_value), '[]')
            FROM (
                SELECT d.raw_value, sum(v.cell_count)::bigint AS cells
                FROM stage.distinct_values AS d
                JOIN stage.cell_values AS v USING (value_id)
                WHERE btrim(d.raw_value) <> '' AND CASE v_item.decision_on
                    WHEN 'column' THEN v.document_id = v_item.document_id AND v.column_position = v_item.column_position
                    WHEN 'reading' THEN d.reading_id = v_item.reading_id
                        AND (v_item.proposal_field IS NULL OR d.proposal_field = v_item.proposal_field)
                    ELSE false END
                GROUP BY d.raw_value ORDER BY 2 DESC, 1 LIMIT 12
            ) AS e
        ),
        'answers', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'decision_id', d.decision_id, 'reviewer', d.reviewer, 'name', r.display_name, 'action', d.action,
                'result', coalesce(d.result, 'NULL ' || d.result_null_reason), 'note', d.note, 'applied', d.applied,
                'cells', d.cells_settled, 'at', d.decided_at) ORDER BY d.decision_id DESC), '[]')
            FROM review.decisions AS d JOIN review.reviewer AS r USING (reviewer) WHERE d.item_id = p_item_id),
        'last_answer', coalesce((SELECT max(d.decision_id) FROM review.decisions AS d WHERE d.item_id = p_item_id), 0),
        'standing', (SELECT max(s.decision_id) FROM review.standing(p_item_id) AS s),
        'in_batch', (
            SELECT count(*) FROM review.items AS b
            WHERE b.batch_key = v_item.batch_key AND b.decision_on <> 'audit'
                AND b.status IN ('open', 'second', 'adjudication'))
    );
END
$$;

COMMENT ON FUNCTION review.question(bigint) IS 'All that a page shows of an item: SELECT jsonb_pretty(review.question(12)).';
