-- clean.map_column: an operator's or reviewer's word on what a column means; its cells are cleaned again.
--
-- Promises: the column has that field (NULL: plain text on purpose), mapped by decision, no longer under review; its
-- values are cleaned under it. With p_remember the header means this in the source's next files too.
-- OC404 where there is no such column, OC001 where no such field, OC002 where the document is not cleaned yet.
-- Locks the document and the source. May run again.
CREATE OR REPLACE FUNCTION clean.map_column(
    p_document_id bigint, p_column_position integer, p_field text, p_remember boolean DEFAULT true
) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Tables that were filled a moment ago have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_document stage.documents;
    v_header text;
BEGIN
    SELECT * INTO v_document FROM stage.documents AS d WHERE d.document_id = p_document_id FOR UPDATE;
    SELECT c.header_raw INTO v_header FROM stage.columns AS c
    WHERE c.document_id = p_document_id AND c.column_position = p_column_position;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'document % has no column %', p_document_id, p_column_position
            USING ERRCODE = 'OC404', HINT = 'SELECT * FROM stage.columns WHERE document_id = … lists its columns.';
    ELSIF p_field IS NOT NULL AND NOT EXISTS (SELECT FROM ref.field AS f WHERE f.field = p_field) THEN
        RAISE EXCEPTION 'there is no field %', p_field
            USING ERRCODE = 'OC001', HINT = 'SELECT field, description FROM ref.field lists those there are.';
    ELSIF v_document.status NOT IN ('cleaned', 'gated') THEN
        RAISE EXCEPTION 'document % is %, not cleaned', p_document_id, v_document.status
            USING ERRCODE = 'OC002', HINT = 'Let a worker clean it first: oceanid worker --drain.';
    END IF;
    PERFORM clean.lock_source(v_document.source_id);
    IF p_remember AND v_header IS NOT NULL THEN
        INSERT INTO ref.header_alias AS a (alias, source_type, source_name, field)
        SELECT v_header, s.source_type, s.source_name, p_field FROM stage.source AS s WHERE s.source_id = v_document.source_id
        ON CONFLICT (alias, source_type, source_name) DO UPDATE SET field = excluded.field, shipped = false;
    END IF;
    UPDATE stage.columns AS c
    SET field = p_field, kind = coalesce((SELECT f.kind FROM ref.field AS f WHERE f.field = p_field), 'text'),
        mapping_method = 'decision', mapping_confidence = 1, needs_review = false, review_reason = NULL
    WHERE c.document_id = p_document_id AND c.column_position = p_column_position;
    PERFORM clean.header_candidates(p_document_id);
    PERFORM clean.profile_columns(p_document_id);
    PERFORM clean.clean_values(p_document_id, ARRAY[p_column_position]::smallint[]);
    PERFORM clean.check_rows(p_document_id);
    PERFORM clean.rescore(p_document_id);
    RETURN (SELECT d.status FROM stage.documents AS d WHERE d.document_id = p_document_id);
END
$$;

COMMENT ON FUNCTION clean.map_column(bigint, integer, text, boolean) IS
    'Says what a column means and cleans it so: SELECT clean.map_column(7, 3, ''IRCS'').';
