-- promote.request: what some documents say has changed: they are to be promoted anew.
--
-- Promises: each gated document has a job in the queue promote that has not begun its work, sent now if need be (key
-- promote:<document_id>). A document whose latest run was rolled back is left alone: somebody wanted it out. The caller
-- holds the lock of the documents' source, or promotes nothing meanwhile. Returns how many it asked for. May be called again.
CREATE OR REPLACE FUNCTION promote.request(p_document_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_documents bigint[] := ARRAY(
        SELECT t.document_id FROM stage.documents AS t
        WHERE t.document_id = ANY (p_document_ids) AND t.status = 'gated' AND NOT promote.is_set_aside(t.document_id)
        ORDER BY t.document_id);
BEGIN
    IF v_documents = '{}' THEN
        RETURN 0;
    END IF;
    PERFORM ops.requeue('promote', j.job_key) FROM (
        SELECT x.job_key FROM ops.job AS x
        WHERE x.queue = 'promote' AND x.state IN ('done', 'dead')
            AND x.job_key = ANY (ARRAY(SELECT 'promote:' || u.id FROM unnest(v_documents) AS u (id)))
        ORDER BY x.job_key
    ) AS j;
    PERFORM ops.enqueue_many('promote',
        ARRAY(SELECT jsonb_build_object('document_id', u.id) FROM unnest(v_documents) WITH ORDINALITY AS u (id, n) ORDER BY u.n),
        ARRAY(SELECT 'promote:' || u.id FROM unnest(v_documents) WITH ORDINALITY AS u (id, n) ORDER BY u.n));
    RETURN cardinality(v_documents);
END
$$;

COMMENT ON FUNCTION promote.request(bigint[]) IS 'Asks for promotion of documents whose cells changed.';
