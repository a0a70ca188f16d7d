-- review.ask: a gated document's questions and audits enter the queue.
--
-- Promises: every open decision of the document's source is an open item, once (review.refresh), and cells of the document
-- that the gate accepted are drawn for audit (review.draw_audit). A document that is not gated is left alone: the gate that
-- closes later asks again. OC404 where there is no such document. Locks the source. May run again.
CREATE OR REPLACE FUNCTION review.ask(
    p_document_id bigint, OUT opened bigint, OUT withdrawn bigint, OUT drawn bigint, OUT audits bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_document stage.documents;
BEGIN
    SELECT * INTO v_document FROM stage.documents AS d WHERE d.document_id = p_document_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name FROM stage.documents lists them.';
    END IF;
    -- the source first, as an answer does: what is asked is what the cells say when the items are written
    PERFORM clean.lock_source(v_document.source_id);
    IF NOT EXISTS (SELECT FROM stage.documents AS d WHERE d.document_id = p_document_id AND d.status = 'gated') THEN
        SELECT 0, 0, 0, 0 INTO opened, withdrawn, drawn, audits;
        RETURN;
    END IF;
    SELECT r.opened, r.withdrawn INTO opened, withdrawn FROM review.refresh(p_document_id) AS r;
    SELECT a.drawn, a.opened INTO drawn, audits FROM review.draw_audit(p_document_id) AS a;
END
$$;

COMMENT ON FUNCTION review.ask(bigint) IS 'Puts a gated document''s questions and audits into the queue: the whole of the queue ask.';
