-- clean.name_placeholders: which of the parts at hand say that there is no value, and why.
--
-- Promises: pg_temp.work_null names the parts of this pass (of one kind of field, or of all) that ref.placeholder, or a
-- spelling of no flag, explains, by the most specific row: a source's own before GLOBAL, a field's before its kind's
-- before any; equal text before a pattern. Reads the vocabularies; writes only temporary tables.
CREATE OR REPLACE FUNCTION clean.name_placeholders(p_kind text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- blanks around a placeholder are folded away, so a cell may be a little longer than it
    v_longest CONSTANT integer := (SELECT max(length(h.placeholder)) + 20 FROM ref.placeholder AS h);
    -- All patterns as one, so that a text which none matches is done with after one look; '' (matches anything) where
    -- one of them cannot be a part of another pattern.
    v_any CONSTANT text := (
        SELECT CASE
            WHEN bool_or(h.placeholder ~ '^([*]{3}|[(][?][a-z]+[)])|\\[1-9]') THEN ''
            ELSE string_agg(DISTINCT '(?:' || h.placeholder || ')', '|')
        END
        FROM ref.placeholder AS h WHERE h.match = 'regex');
    v_kinds CONSTANT text[] := ARRAY(
        SELECT DISTINCT h.kind FROM ref.placeholder AS h WHERE h.match = 'regex' AND h.kind IS NOT NULL);
    v_every_kind CONSTANT boolean := EXISTS (
        SELECT FROM ref.placeholder AS h WHERE h.match = 'regex' AND h.kind IS NULL);
BEGIN
    DELETE FROM pg_temp.work_key;
    -- the few parts that any row of the vocabulary may mean; which one does is asked below
    INSERT INTO pg_temp.work_key
    SELECT k.*
    FROM (
        SELECT p.value_id, p.part_no, upper(clean.fold(p.text)) AS key, r.field, r.kind, s.source_type, s.source_name,
            r.decided_null_reason
        FROM pg_temp.work_part AS p
        JOIN stage.readings AS r USING (reading_id)
        JOIN stage.source AS s USING (source_id)
        WHERE p.pass AND length(p.text) <= v_longest AND (p_kind IS NULL OR r.kind = p_kind)
        OFFSET 0
    ) AS k
    WHERE k.decided_null_reason IS NOT NULL
        OR k.key IN (SELECT x.placeholder FROM ref.placeholder AS x WHERE x.match = 'text')
        OR (k.kind = 'country' AND k.key IN (
            SELECT upper(clean.fold(a.alias)) FROM ref.country_alias AS a WHERE a.null_reason IS NOT NULL))
        OR ((v_every_kind OR k.kind = ANY (v_kinds)) AND k.key ~ v_any);

    INSERT INTO pg_temp.work_null (value_id, part_no, null_reason)
    SELECT k.value_id, k.part_no, k.decided_null_reason
    FROM pg_temp.work_key AS k WHERE k.decided_null_reason IS NOT NULL
    ON CONFLICT DO NOTHING;

    INSERT INTO pg_temp.work_null (value_id, part_no, null_reason)
    SELECT DISTINCT ON (k.value_id, k.part_no) k.value_id, k.part_no, h.null_reason
    FROM pg_temp.work_key AS k
    JOIN (
        SELECT x.placeholder, x.null_reason, x.source_type, x.source_name, x.field, x.kind
        FROM ref.placeholder AS x WHERE x.match = 'text'
        UNION ALL
        SELECT upper(clean.fold(a.alias)), a.null_reason, 'GLOBAL', a.source_name, NULL, 'country'
        FROM ref.country_alias AS a WHERE a.null_reason IS NOT NULL
    ) AS h ON h.placeholder = k.key
    WHERE (h.source_type IN ('GLOBAL', k.source_type) AND coalesce(h.source_name, k.source_name) = k.source_name)
        AND coalesce(h.field, k.field, '') = coalesce(k.field, '')
        AND coalesce(h.kind, k.kind) = k.kind
    ORDER BY k.value_id, k.part_no, h.source_name NULLS LAST, h.source_type = 'GLOBAL', h.field NULLS LAST, h.kind NULLS LAST
    ON CONFLICT DO NOTHING;

    -- patterns are few and most are for one kind: a text meets those of its kind alone
    INSERT INTO pg_temp.work_null (value_id, part_no, null_reason)
    SELECT DISTINCT ON (k.value_id, k.part_no) k.value_id, k.part_no, h.null_reason
    FROM pg_temp.work_key AS k
    JOIN (
        SELECT p.*, x.kind AS for_kind
        FROM (SELECT DISTINCT r.kind FROM pg_temp.work_key AS r) AS x
        JOIN ref.placeholder AS p ON p.match = 'regex' AND coalesce(p.kind, x.kind) = x.kind
    ) AS h
        ON h.for_kind = k.kind
        AND (h.source_type IN ('GLOBAL', k.source_type) AND coalesce(h.source_name, k.source_name) = k.source_name)
        AND coalesce(h.field, k.field, '') = coalesce(k.field, '')
        AND k.key ~ h.placeholder
    ORDER BY k.value_id, k.part_no, h.source_name NULLS LAST, h.source_type = 'GLOBAL', h.field NULLS LAST, h.kind NULLS LAST
    ON CONFLICT DO NOTHING;
END
$$;

COMMENT ON FUNCTION clean.name_placeholders(text) IS 'Parts that are placeholders, and why they have no value.';
