-- promote.is_set_aside: whether the latest run of a document was rolled back: then only a person promotes it again.
--
-- Promises: true or false, also for an unknown document. Reads stage.promotion_log.
CREATE OR REPLACE FUNCTION promote.is_set_aside(p_document_id bigint) RETURNS boolean
LANGUAGE sql STABLE
RETURN coalesce((
    SELECT l.status = 'rolled_back' FROM stage.promotion_log AS l
    WHERE l.document_id = p_document_id ORDER BY l.run_id DESC LIMIT 1
), false);

COMMENT ON FUNCTION promote.is_set_aside(bigint) IS 'Whether a document was rolled back and waits for a person.';
