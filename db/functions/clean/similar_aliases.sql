-- clean.similar_aliases: for headers that are not known, the fields whose known headers are most like them.
--
-- Promises: at most three fields a key with their greatest Dice coefficient of trigrams, 0.55 or more, best first.
-- Reads ref.header_alias once for all keys, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.similar_aliases(p_keys text[], p_source_type text, p_source_name text)
RETURNS TABLE (key text, field text, likeness real)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT k.key, ref.trigrams(k.key) AS trigrams FROM unnest(p_keys) AS k (key) WHERE length(k.key) > 2
    ), shared AS (
        SELECT w.key, h.field, h.alias_key, h.size, cardinality(w.trigrams) AS wanted_size, count(*) AS shared
        FROM wanted AS w
        CROSS JOIN LATERAL unnest(w.trigrams) AS g (gram)
        JOIN (
            SELECT a.field, a.alias_key, cardinality(a.trigrams) AS size, gram
            FROM ref.header_alias AS a CROSS JOIN LATERAL unnest(a.trigrams) AS gram
            WHERE a.field IS NOT NULL AND length(a.alias_key) > 2
                AND (a.source_type = 'GLOBAL'
                    OR (a.source_type = p_source_type AND coalesce(a.source_name, p_source_name) = p_source_name))
        ) AS h ON h.gram = g.gram
        GROUP BY w.key, h.field, h.alias_key, h.size, w.trigrams
    ), ranked AS (
        SELECT s.key, s.field, max(2.0 * s.shared / (s.size + s.wanted_size))::real AS likeness
        FROM shared AS s GROUP BY s.key, s.field
    )
    SELECT t.key, t.field, t.likeness
    FROM (
        SELECT r.*, row_number() OVER (PARTITION BY r.key ORDER BY r.likeness DESC, r.field) AS place
        FROM ranked AS r WHERE r.likeness >= 0.55
    ) AS t
    WHERE t.place <= 3;
END;

COMMENT ON FUNCTION clean.similar_aliases(text[], text, text) IS 'Fields whose headers unknown headers resemble, best first.';
