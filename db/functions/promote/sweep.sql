-- promote.sweep: asks for promotion of every document that may have been passed over.
--
-- Promises: a job for each document of promote.due and each that the latest attempt held as a whole; with p_all for every
-- gated document, as after a change of promotion's own policy. Returns how many it asked for. Meant to be called on a
-- schedule; what changed nothing ends as unchanged. May be called again.
CREATE OR REPLACE FUNCTION promote.sweep(p_all boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN promote.request(ARRAY(
        SELECT t.document_id FROM stage.documents AS t WHERE p_all AND t.status = 'gated'
        UNION SELECT d.document_id FROM promote.due AS d
        UNION SELECT h.document_id FROM promote.held AS h WHERE h.row_index IS NULL));
END
$$;

COMMENT ON FUNCTION promote.sweep(boolean) IS 'Asks for promotion of what is due or was held: SELECT promote.sweep().';
