-- stage.place_document: where a file of a source belongs in the object store, before it is put there and registered.
--
-- Promises: one row. A file that the source has already: its document_uuid and object_key. Else a new document_uuid and the
-- key pdf/{document_uuid}/v{version}/original.pdf of the list's next version. Nothing is written: two callers at once get two
-- places for one file, and stage.register_document keeps the first. Reads stage.source and stage.documents.
CREATE OR REPLACE FUNCTION stage.place_document(
    p_source_type text, p_source_name text, p_list_name text, p_sha256 bytea
) RETURNS TABLE (document_uuid uuid, object_key text, is_known boolean)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_source_id integer;
BEGIN
    SELECT s.source_id INTO v_source_id FROM stage.source AS s
    WHERE s.source_type = upper(btrim(p_source_type)) AND s.source_name = btrim(p_source_name);
    SELECT d.document_uuid, d.object_key, true INTO document_uuid, object_key, is_known
    FROM stage.documents AS d WHERE d.source_id = v_source_id AND d.sha256 = p_sha256;
    IF document_uuid IS NULL THEN
        document_uuid := stage.uuid_v7();
        object_key := format('%s/original.pdf', stage.document_prefix(document_uuid, (
            SELECT coalesce(max(d.version_no), 0) + 1 FROM stage.documents AS d
            WHERE d.source_id = v_source_id AND d.list_name = coalesce(nullif(btrim(p_list_name), ''), 'vessels'))));
        is_known := false;
    END IF;
    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION stage.place_document(text, text, text, bytea) IS
'Key in the object store for a PDF that is to be registered, and the document_uuid to register it with.';
