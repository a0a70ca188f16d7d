-- clean.map_columns: decides what each column of a document means, and how sure that is.
--
-- Promises: stage.columns of the document has field, kind, method, confidence, suggestions and evidence; what cannot be
-- decided is plain text, one review item. Columns that a human decided (method 'decision') stay. May run again.
-- The header leads and the values must not contradict it: a known header whose sample fails its field's own rules is
-- doubted; an unknown header is believed where it is much like a known one and the values agree, or where the values
-- alone show an identifier. Locks the document's columns.
CREATE OR REPLACE FUNCTION clean.map_columns(p_document_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM clean.header_candidates(p_document_id);
    PERFORM clean.probe_columns(p_document_id);

    WITH judged AS (
        SELECT k.column_position, k.field, k.method, k.confidence, coalesce(p.tried, 0) AS tried,
            CASE WHEN p.tried > 0 THEN p.accepted::real / p.tried END AS share,
            CASE
                WHEN k.method IN ('alias', 'source alias') THEN CASE
                    WHEN p.tried >= 5 AND p.accepted < 0.3 * p.tried THEN 0.3
                    ELSE k.confidence
                END
                -- what the values bear out is believed before what only looks alike
                WHEN k.method = 'fuzzy header' THEN CASE
                    WHEN p.tried > 0 AND p.accepted >= 0.9 * p.tried THEN least(0.96, k.confidence + 0.08)
                    WHEN p.tried > 0 THEN k.confidence * p.accepted / p.tried
                    ELSE k.confidence * 0.9
                END
                -- digits that pass a check by chance pass one time in ten, so a few agreeing values are proof enough
                WHEN k.field IN ('IMO', 'MMSI', 'EU_CFR') AND p.tried >= 5 AND p.accepted >= 0.9 * p.tried THEN 0.93
                WHEN k.field IN ('VESSEL_TYPE', 'GEAR_TYPE') AND p.tried >= 3 AND p.accepted >= 0.9 * p.tried THEN 0.80
                -- short codes of any sort pass for call signs: worth a suggestion, not a decision
                WHEN k.field = 'IRCS' AND p.tried >= 5 AND p.accepted >= 0.9 * p.tried THEN 0.60
                WHEN k.field = 'FLAG' AND p.tried >= 2 AND p.accepted >= 0.95 * p.tried THEN 0.80
                ELSE 0
            END::real AS belief
        FROM pg_temp.column_candidate AS k
        LEFT JOIN pg_temp.column_probe AS p USING (column_position, field)
    ), best AS (
        SELECT DISTINCT ON (j.column_position) j.*, f.kind
        FROM judged AS j LEFT JOIN ref.field AS f USING (field)
        ORDER BY j.column_position, j.belief DESC, j.method <> 'content', j.field
    ), doubt AS (
        SELECT j.column_position, j.field, j.share
        FROM judged AS j WHERE j.method IN ('alias', 'source alias') AND j.belief < 0.31
    ), suggested AS (
        SELECT j.column_position,
            jsonb_agg(jsonb_build_object('field', j.field, 'belief', round(j.belief::numeric, 2), 'by', j.method,
                'sample', j.tried, 'accepted', round(j.share::numeric, 2)) ORDER BY j.belief DESC, j.field) AS list
        FROM judged AS j
        WHERE j.field IS NOT NULL AND (j.belief >= 0.31 OR j.method <> 'content')
        GROUP BY j.column_position
    )
    UPDATE stage.columns AS c
    SET field = CASE WHEN b.belief >= 0.72 THEN b.field END,
        kind = CASE WHEN b.belief >= 0.72 THEN coalesce(b.kind, 'text') ELSE 'text' END,
        mapping_method = CASE WHEN b.belief >= 0.72 THEN b.method ELSE 'none' END,
        mapping_confidence = CASE WHEN b.belief >= 0.72 THEN b.belief ELSE 0 END,
        suggestions = s.list,
        evidence = CASE WHEN b.tried > 0 THEN jsonb_build_object('sample', b.tried, 'accepted', round(b.share::numeric, 2)) END,
        needs_review = t.reason IS NOT NULL,
        review_reason = t.reason
    FROM stage.columns AS x
    LEFT JOIN best AS b USING (column_position)
    LEFT JOIN doubt AS q USING (column_position)
    LEFT JOIN suggested AS s USING (column_position)
    CROSS JOIN LATERAL (SELECT CASE
        WHEN NOT EXISTS (
            SELECT FROM stage.raw_values AS v
            WHERE v.document_id = x.document_id AND v.column_position = x.column_position AND v.raw_value ~ '\S') THEN NULL
        WHEN q.field IS NOT NULL AND coalesce(b.belief, 0) >= 0.72 AND b.field IS DISTINCT FROM q.field THEN format(
            'The header %L says %s, but the values are those of %s', x.header_raw, q.field, b.field)
        WHEN q.field IS NOT NULL THEN format(
            'The header %L says %s, but only %s%% of its values can be one', x.header_raw, q.field, round((q.share * 100)::numeric))
        WHEN coalesce(b.belief, 0) < 0.72 THEN format('No known field has the header %L; its cells are kept as text', x.header_raw)
        WHEN b.method IN ('fuzzy header', 'content') AND b.belief < 0.85 THEN format(
            'The header %L is not known; by %s it is taken for %s', x.header_raw,
            CASE b.method WHEN 'content' THEN 'its values' ELSE 'its likeness to known headers' END, b.field)
    END AS reason) AS t
    WHERE x.document_id = p_document_id AND c.document_id = x.document_id AND c.column_position = x.column_position
        AND c.mapping_method IS DISTINCT FROM 'decision';
END
$$;

COMMENT ON FUNCTION clean.map_columns(bigint) IS 'Columns of a document become fields, by header and by content.';
