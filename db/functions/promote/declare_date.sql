-- promote.declare_date: says which day a document speaks of, where that is not the day it was received.
--
-- Promises: the document has that day (NULL: the day it was received), and is to be promoted anew where it was promoted: it
-- may then be an older version of its list. OC404 where there is no such document. Locks its row and source. May run again.
CREATE OR REPLACE FUNCTION promote.declare_date(p_document_id bigint, p_listed_on date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_source_id integer;
BEGIN
    UPDATE stage.documents AS t SET listed_on = p_listed_on
    WHERE t.document_id = p_document_id RETURNING t.source_id INTO v_source_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name, status FROM stage.documents lists them.';
    END IF;
    PERFORM clean.lock_source(v_source_id);
    PERFORM promote.request(ARRAY[p_document_id]);
END
$$;

COMMENT ON FUNCTION promote.declare_date(bigint, date) IS 'Day that a document speaks of: SELECT promote.declare_date(7, ''2016-05-01'').';
