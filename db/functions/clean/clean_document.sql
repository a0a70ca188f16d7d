-- clean.clean_document: everything that turns a document that was read into cells that are cleaned and gated.
--
-- Promises: columns mapped and profiled, values cleaned, rows checked; the document is 'gated', or 'cleaned' with a job
-- in the queue score where texts are still to be compared with what became of them. In one transaction, under the
-- source's lock. A document that is not 'read' is left alone, so the same message twice does nothing twice.
-- Returns the document's status.
CREATE OR REPLACE FUNCTION clean.clean_document(p_document_id bigint) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Tables that were filled a moment ago have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_document stage.documents;
BEGIN
    SELECT * INTO v_document FROM stage.documents AS d WHERE d.document_id = p_document_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name FROM stage.documents shows those there are.';
    END IF;
    IF v_document.status <> 'read' THEN
        RETURN v_document.status;
    END IF;
    PERFORM clean.lock_source(v_document.source_id);
    PERFORM clean.map_columns(p_document_id);
    PERFORM clean.profile_columns(p_document_id);
    PERFORM clean.clean_values(p_document_id);
    PERFORM clean.check_rows(p_document_id);
    UPDATE stage.documents SET status = 'cleaned', cleaned_at = clock_timestamp() WHERE document_id = p_document_id;
    RETURN clean.finish_document(p_document_id);
END
$$;

COMMENT ON FUNCTION clean.clean_document(bigint) IS 'Cleans and gates one document: the whole of the queue clean.';
