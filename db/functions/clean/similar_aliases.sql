-- clean.similar_aliases: the fields whose known headers are most like a header that is not known.
--
-- Promises: at most three fields with their greatest Dice coefficient of trigrams, 0.55 or more, best first.
-- Reads ref.header_alias, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.similar_aliases(p_key text, p_source_type text, p_source_name text)
RETURNS TABLE (field text, likeness real)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT a.field, max(2.0 * s.shared / (a.size + cardinality(clean.trigrams(p_key))))::real AS likeness
    FROM (
        SELECT h.field, h.alias_key, cardinality(clean.trigrams(h.alias_key)) AS size, clean.trigrams(h.alias_key) AS grams
        FROM ref.header_alias AS h
        WHERE h.field IS NOT NULL AND length(h.alias_key) > 2
            AND (h.source_type = 'GLOBAL'
                OR (h.source_type = p_source_type AND coalesce(h.source_name, p_source_name) = p_source_name))
    ) AS a
    CROSS JOIN LATERAL (SELECT count(*) AS shared FROM unnest(a.grams) AS g WHERE g = ANY (clean.trigrams(p_key))) AS s
    WHERE a.size > 0
    GROUP BY a.field
    HAVING max(2.0 * s.shared / (a.size + cardinality(clean.trigrams(p_key)))) >= 0.55
    ORDER BY likeness DESC, a.field
    LIMIT 3;
END;

COMMENT ON FUNCTION clean.similar_aliases(text, text, text) IS 'Fields whose headers an unknown header resembles, best first.';
