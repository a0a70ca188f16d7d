-- review.column_state: how a column is mapped before an answer about it, to be kept with the answer and put back by undo.
--
-- Promises: {column_state: {column: …, alias: …}} for an item about a column, alias being the source's own spelling of the
-- header or null; {} for any other item. Reads the column and the vocabulary, locks nothing.
CREATE OR REPLACE FUNCTION review.column_state(p_item review.items) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_item.decision_on <> 'column' THEN
        RETURN '{}';
    END IF;
    RETURN (
        SELECT jsonb_build_object('column_state', jsonb_build_object(
            'column', jsonb_build_object('field', c.field, 'mapping_method', c.mapping_method,
                'mapping_confidence', c.mapping_confidence, 'needs_review', c.needs_review, 'review_reason', c.review_reason),
            'alias', to_jsonb(a) - 'alias_key' - 'trigrams'))
        FROM stage.columns AS c
        JOIN stage.source AS s ON s.source_id = p_item.source_id
        LEFT JOIN ref.header_alias AS a
            ON a.alias = c.header_raw AND a.source_type = s.source_type AND a.source_name = s.source_name
        WHERE c.document_id = p_item.document_id AND c.column_position = p_item.column_position
    );
END
$$;

COMMENT ON FUNCTION review.column_state(review.items) IS 'A column''s mapping before an answer.';
