-- clean.header_candidates: what each column of a document may mean, by its header alone and by what is worth a test.
--
-- Promises: pg_temp.column_candidate(column_position, field, method, confidence, unit): the best known spelling of each
-- header (a source's own first; field NULL means plain text on purpose); for headers without one, up to three similar
-- ones and the identifiers that content alone can show. Reads the vocabularies; writes a temporary table only.
CREATE OR REPLACE FUNCTION clean.header_candidates(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
-- a few headers are looked up among thousands of aliases by their key
SET enable_nestloop = true
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.column_candidate;
    CREATE TEMPORARY TABLE column_candidate (
        column_position smallint, field text, method text, confidence real, unit text
    ) ON COMMIT DROP;

    INSERT INTO pg_temp.column_candidate
    SELECT DISTINCT ON (c.column_position)
        c.column_position, a.field, CASE WHEN a.source_type = 'GLOBAL' THEN 'alias' ELSE 'source alias' END,
        CASE WHEN a.source_type = 'GLOBAL' THEN k.confidence ELSE k.confidence + 0.02 END, a.unit
    FROM stage.columns AS c
    JOIN stage.documents AS d USING (document_id)
    JOIN stage.source AS s USING (source_id)
    CROSS JOIN LATERAL (VALUES
        (ref.match_key(c.header_raw), 0.97), (clean.header_key(c.header_raw), 0.95),
        (clean.header_key(clean.split_words(c.header_raw)), 0.94)) AS k (key, confidence)
    JOIN ref.header_alias AS a
        ON a.alias_key = k.key AND k.key <> ''
        AND (a.source_type = 'GLOBAL'
            OR (a.source_type = s.source_type AND coalesce(a.source_name, s.source_name) = s.source_name))
    WHERE c.document_id = p_document_id
    ORDER BY c.column_position, a.source_type = 'GLOBAL', a.source_name NULLS LAST, k.confidence DESC, a.field NULLS LAST;

    -- 'Nom du navire / Vessel name': a header in two languages, if both say the same
    INSERT INTO pg_temp.column_candidate
    SELECT p.column_position, min(p.field), 'alias', 0.93, min(p.unit)
    FROM (
        SELECT c.column_position, h.part, a.field, a.unit
        FROM stage.columns AS c
        CROSS JOIN LATERAL regexp_split_to_table(c.header_raw, '\s*[/|\n]\s*') AS h (part)
        LEFT JOIN LATERAL (
            SELECT x.field, x.unit FROM ref.header_alias AS x
            WHERE x.alias_key = clean.header_key(h.part) AND x.source_type = 'GLOBAL' ORDER BY x.field LIMIT 1
        ) AS a ON true
        WHERE c.document_id = p_document_id AND c.header_raw ~ '[/|\n]'
            AND NOT EXISTS (SELECT FROM pg_temp.column_candidate AS k WHERE k.column_position = c.column_position)
    ) AS p
    GROUP BY p.column_position
    HAVING count(*) > 1 AND count(p.field) = count(*) AND min(p.field) = max(p.field);

    WITH unknown AS MATERIALIZED (
        SELECT c.column_position, clean.header_key(clean.split_words(c.header_raw)) AS key
        FROM stage.columns AS c
        WHERE c.document_id = p_document_id AND c.header_raw IS NOT NULL
            AND NOT EXISTS (SELECT FROM pg_temp.column_candidate AS k WHERE k.column_position = c.column_position)
    )
    INSERT INTO pg_temp.column_candidate
    SELECT u.column_position, l.field, 'fuzzy header', l.likeness * 0.95, NULL
    FROM stage.documents AS d
    JOIN stage.source AS s USING (source_id)
    CROSS JOIN LATERAL clean.similar_aliases(ARRAY(SELECT x.key FROM unknown AS x), s.source_type, s.source_name) AS l
    JOIN unknown AS u USING (key)
    WHERE d.document_id = p_document_id AND EXISTS (SELECT FROM unknown);

    -- An identifier shows by itself; and a type may be of the vessel or of the gear, whatever the header says.
    INSERT INTO pg_temp.column_candidate
    SELECT c.column_position, f.field, 'content', 0.9, NULL
    FROM stage.columns AS c
    CROSS JOIN unnest(ARRAY['IMO', 'MMSI', 'EU_CFR', 'IRCS', 'FLAG', 'VESSEL_TYPE', 'GEAR_TYPE']) AS f (field)
    LEFT JOIN pg_temp.column_candidate AS k
        ON k.column_position = c.column_position AND k.method IN ('alias', 'source alias')
    WHERE c.document_id = p_document_id
        AND NOT EXISTS (
            SELECT FROM pg_temp.column_candidate AS x
            WHERE x.column_position = c.column_position AND x.field = f.field)
        AND CASE
            WHEN k.column_position IS NULL THEN true
            WHEN k.field IN ('IMO', 'MMSI', 'IRCS', 'EU_CFR') THEN f.field IN ('IMO', 'MMSI', 'IRCS', 'EU_CFR')
            WHEN k.field IN ('VESSEL_TYPE', 'GEAR_TYPE') THEN f.field IN ('VESSEL_TYPE', 'GEAR_TYPE')
            ELSE false
        END;
END
$$;

COMMENT ON FUNCTION clean.header_candidates(bigint) IS 'What each column of a document may mean, before its values are asked.';
