-- stage.place_document: the identifier and the place in the object store of a file that is about to be registered.
--
-- Promises: those of the document where the source has these bytes already; else a new UUIDv7 and its place: a PDF under
-- pdf/<uuid>/v1/, beside what is made of it, everything else under its hash. Bytes of a document never change; v1 is how
-- they are laid out. Nothing is written: two calls for the same new file give two identifiers, and the document has the one
-- that was registered first. p_safe_name: the name without what a path could stumble over. Reads stage.documents.
CREATE OR REPLACE FUNCTION stage.place_document(
    p_source_type text, p_source_name text, p_sha256 bytea, p_safe_name text, p_format text,
    OUT document_uuid uuid, OUT object_key text
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hash constant text := encode(p_sha256, 'hex');
BEGIN
    SELECT d.document_uuid, d.object_key INTO document_uuid, object_key
    FROM stage.documents AS d JOIN stage.source AS s USING (source_id)
    WHERE s.source_type = upper(btrim(p_source_type)) AND s.source_name = btrim(p_source_name) AND d.sha256 = p_sha256;
    IF NOT FOUND THEN
        document_uuid := stage.uuid_v7();
        object_key := CASE
            WHEN p_format = 'pdf' THEN 'pdf/' || document_uuid || '/v1/original.pdf'
            ELSE 'raw/' || left(v_hash, 2) || '/' || v_hash || '/' || p_safe_name
        END;
    END IF;
END
$$;

COMMENT ON FUNCTION stage.place_document(text, text, bytea, text, text) IS
'Where a file''s bytes belong in the object store, and the UUID its document will have; the document''s own where it is known.';
