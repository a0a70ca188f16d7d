-- stage.document_prefix: where a PDF's objects lie in the object store: original.pdf, pages/, parts/, extraction.json.
--
-- Promises: pdf/{document_uuid}/v{version}. Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION stage.document_prefix(p_document_uuid uuid, p_version_no integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'pdf/' || p_document_uuid || '/v' || p_version_no;

COMMENT ON FUNCTION stage.document_prefix(uuid, integer) IS 'Prefix of a PDF''s objects in the object store.';
