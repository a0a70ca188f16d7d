-- review.rule_candidates: what answers have in common, as rules that would repeat them.
--
-- Promises: exact ones, the same text with the same answer review.policy rule_after times, in one source or in several;
-- and patterns, the same edit (a prefix or suffix taken away, an inner piece replaced) in as many different texts. Of every
-- source where several agree, of one where only it does. None that a standing answer in its reach contradicts, none that
-- changes its own result again. Numbers with a unit are left out: what they mean hangs on their column. Patterns are
-- learnt for names and identifiers only: a code has no spelling to edit. Reads review.correction, locks nothing.
CREATE OR REPLACE FUNCTION review.rule_candidates()
RETURNS TABLE (
    form text, field text, source_id integer, kind text, pattern text, replacement text, answers bigint, texts bigint,
    evidence jsonb
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH known AS MATERIALIZED (
        SELECT c.source_id, s.source_name, c.field, f.kind AS field_kind, btrim(c.raw_value) AS raw, c.corrected_value,
            c.null_reason, coalesce(c.corrected_value, 'NULL ' || c.null_reason) AS outcome, c.times, c.contradicted, c.reviewers, c.last_at,
            -- what rules of priority 150 see: the text that the normalising rule of the kind has left
            CASE WHEN f.kind IN ('mmsi', 'ircs', 'eu_cfr') THEN regexp_replace(upper(clean.fold(c.raw_value)), '[^A-Z0-9]', '', 'g')
                ELSE upper(clean.fold(c.raw_value)) END AS text
        FROM review.correction AS c
        JOIN stage.source AS s USING (source_id)
        JOIN ref.field AS f USING (field)
        WHERE f.kind NOT IN ('length', 'tonnage', 'power', 'volume', 'mass', 'speed') AND btrim(c.raw_value) <> ''
    ), alike AS (
        SELECT k.*, n.head, (
            SELECT coalesce(max(i), 0)
            FROM generate_series(1, least(length(k.text), length(k.corrected_value)) - n.head) AS i
            WHERE right(k.text, i) = right(k.corrected_value, i)) AS tail
        FROM known AS k
        CROSS JOIN LATERAL (
            SELECT coalesce(max(i), 0) AS head
            FROM generate_series(1, least(length(k.text), length(k.corrected_value))) AS i
            WHERE left(k.text, i) = left(k.corrected_value, i)
        ) AS n
        WHERE k.corrected_value <> k.text AND k.field_kind IN ('name', 'registration', 'mmsi', 'ircs', 'eu_cfr')
    ), vote AS (
        SELECT 'exact' AS form, CASE WHEN k.null_reason IS NULL THEN 'replace' ELSE 'null' END AS kind,
            '^\s*' || review.literal_pattern(k.raw) || '\s*$' AS pattern,
            coalesce(replace(k.corrected_value, '\', '\\'), k.null_reason) AS replacement, k.*
        FROM known AS k
        WHERE k.outcome <> k.text
        UNION ALL
        SELECT 'pattern', 'replace', e.pattern, replace(e.replacement, '\', '\\'),
            a.source_id, a.source_name, a.field, a.field_kind, a.raw, a.corrected_value, a.null_reason, a.outcome, a.times,
            a.contradicted, a.reviewers, a.last_at, a.text
        FROM alike AS a
        CROSS JOIN LATERAL (
            SELECT
                CASE
                    WHEN right(a.text, length(a.corrected_value)) = a.corrected_value
                        THEN '^' || review.literal_pattern(left(a.text, length(a.text) - length(a.corrected_value)))
                    WHEN left(a.text, length(a.corrected_value)) = a.corrected_value
                        THEN review.literal_pattern(substr(a.text, length(a.corrected_value) + 1)) || '$'
                    ELSE review.literal_pattern(substr(a.text, a.head + 1, length(a.text) - a.head - a.tail))
                END AS pattern,
                CASE
                    WHEN right(a.text, length(a.corrected_value)) = a.corrected_value
                        OR left(a.text, length(a.corrected_value)) = a.corrected_value THEN ''
                    ELSE substr(a.corrected_value, a.head + 1, length(a.corrected_value) - a.head - a.tail)
                END AS replacement
        ) AS e
        WHERE e.pattern <> ''
    ), scoped AS MATERIALIZED (
        SELECT v.form, v.field, v.source_id, v.kind, v.pattern, v.replacement, sum(v.times)::bigint AS answers,
            count(DISTINCT v.raw) AS texts, min(v.raw) AS raw, min(v.outcome) AS outcome,
            jsonb_build_object(
                'answers', sum(v.times), 'texts', to_jsonb((array_agg(DISTINCT v.raw || ' → ' || v.outcome))[1:20]),
                'sources', jsonb_agg(DISTINCT v.source_name), 'contradicted', sum(v.contradicted), 'last_at', max(v.last_at),
                'reviewers', (
                    SELECT jsonb_agg(DISTINCT r) FROM jsonb_array_elements(jsonb_agg(to_jsonb(v.reviewers))) AS l (list)
                    CROSS JOIN LATERAL jsonb_array_elements(l.list) AS r)) AS evidence
        FROM vote AS v
        GROUP BY GROUPING SETS (
            (v.form, v.field, v.kind, v.pattern, v.replacement), (v.form, v.field, v.kind, v.pattern, v.replacement, v.source_id))
        HAVING CASE v.form WHEN 'exact' THEN sum(v.times) ELSE count(DISTINCT v.raw) END >= review.policy_value('rule_after')
            AND (grouping(v.source_id) = 0 OR count(DISTINCT v.source_id) > 1)
    ), sound AS MATERIALIZED (
        SELECT s.* FROM scoped AS s
        WHERE s.form = 'exact'
            AND NOT EXISTS (
                SELECT FROM known AS o
                WHERE o.field = s.field AND o.raw = s.raw AND o.outcome <> s.outcome
                    AND (s.source_id IS NULL OR o.source_id = s.source_id))
            -- what it makes of the text must not be a text that means something else
            AND NOT EXISTS (
                SELECT FROM known AS o
                WHERE o.field = s.field AND o.raw = s.outcome AND o.outcome <> o.raw
                    AND (s.source_id IS NULL OR o.source_id = s.source_id))
        UNION ALL
        SELECT s.* FROM scoped AS s
        WHERE s.form = 'pattern' AND NOT EXISTS (
            SELECT FROM known AS o
            CROSS JOIN LATERAL (SELECT regexp_replace(o.text, s.pattern, s.replacement, 'g') AS text) AS n
            WHERE o.field = s.field AND (s.source_id IS NULL OR o.source_id = s.source_id) AND o.text ~ s.pattern
                AND (btrim(n.text) IS DISTINCT FROM o.corrected_value
                    OR regexp_replace(n.text, s.pattern, s.replacement, 'g') <> n.text))
    )
    SELECT s.form, s.field, s.source_id, s.kind, s.pattern, s.replacement, s.answers, s.texts, s.evidence FROM sound AS s
    WHERE s.source_id IS NULL OR NOT EXISTS (
        SELECT FROM sound AS g
        WHERE g.source_id IS NULL AND g.form = s.form AND g.field = s.field AND g.pattern = s.pattern
            AND g.replacement = s.replacement AND g.kind = s.kind);
END
$$;

COMMENT ON FUNCTION review.rule_candidates() IS 'Rules that repeated answers suggest, contradicted by none.';
