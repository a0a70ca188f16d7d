-- stage.upload_verdict: why an upload must be refused, in the order in which a person would want to know.
--
-- Promises: a word and a sentence; both NULL where nothing speaks against it. Reads stage.limits and stage.upload_kind,
-- locks nothing.
CREATE OR REPLACE FUNCTION stage.upload_verdict(
    p_upload stage.uploads, p_uploader stage.uploader, OUT refusal text, OUT reason text
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT v.refusal, v.reason
    FROM (SELECT stage.upload_limit(CASE (p_upload).way WHEN 'presigned' THEN 'max_file_bytes' ELSE 'max_upload_bytes' END)) AS l (most)
    LEFT JOIN stage.upload_kind AS k ON k.kind = (p_upload).kind
    CROSS JOIN LATERAL (
        VALUES
        (1, (p_upload).byte_size = 0, 'empty', 'The file is empty. Check it: nothing arrived.'),
        (2, (p_upload).byte_size > l.most, 'size', format('The file has %s bytes; the limit is %s.', (p_upload).byte_size, l.most)),
        (3, encode((p_upload).sha256, 'hex') <> (p_upload).declared ->> 'sha256', 'hash',
            'The bytes that arrived are not those that were announced: their SHA-256 differs. Send the file again.'),
        (4, k.accepted IS NOT TRUE, 'kind', coalesce('Files of this kind are not taken. ' || k.note, 'Files of this kind are not taken.')),
        (5, (p_upload).source_type IS NULL OR (p_upload).source_name IS NULL, 'source',
            'The upload does not say whose list this is. Send source_type and source_name, such as RFMO and NEAFC.'),
        (6, (p_upload).source_type !~ '^[A-Z][A-Z0-9_]*$' OR (p_upload).source_type = 'GLOBAL', 'source',
            'source_type is one word of letters, digits and _: RFMO, COUNTRY, IUU_LIST; GLOBAL means every source and is taken.'),
        (7, ((p_upload).source_type, (p_upload).source_name) <> ((p_uploader).source_type, (p_uploader).source_name), 'source',
            format('This token uploads for %s %s only.', (p_uploader).source_type, (p_uploader).source_name)),
        (8, (p_upload).file_name IS NULL, 'name', 'The upload does not say the file''s name. Send file_name.')
    ) AS v (position, speaks_against, refusal, reason)
    WHERE v.speaks_against
    ORDER BY v.position
    LIMIT 1
$$;

COMMENT ON FUNCTION stage.upload_verdict(stage.uploads, stage.uploader) IS
'What speaks against an upload whose bytes have arrived: limits, kind, hash, source. NULL: nothing.';
