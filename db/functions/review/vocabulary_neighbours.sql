-- review.vocabulary_neighbours: the codes of a kind's vocabulary whose spellings are most like a text.
--
-- Promises: at most three codes with a likeness of 0.5 or more, best first; none for kinds without a vocabulary.
-- Reads the vocabularies, locks nothing.
CREATE OR REPLACE FUNCTION review.vocabulary_neighbours(p_kind text, p_text text) RETURNS TABLE (code text, score numeric)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT n.code, max(review.dice(ref.trigrams(ref.match_key(p_text)), ref.trigrams(n.key))) AS score
    FROM (
        SELECT a.iso3 AS code, a.alias_key AS key FROM ref.country_alias AS a WHERE p_kind = 'country' AND a.iso3 IS NOT NULL
        UNION ALL SELECT g.code, g.alias_key FROM ref.gear_alias AS g WHERE p_kind = 'gear'
        UNION ALL SELECT t.code, t.alias_key FROM ref.vessel_type_alias AS t WHERE p_kind = 'vessel_type'
        UNION ALL SELECT u.unit, ref.match_key(u.alias) FROM ref.unit_alias AS u WHERE p_kind = 'unit'
    ) AS n
    WHERE length(n.key) BETWEEN length(p_text) - 4 AND length(p_text) + 4
    GROUP BY n.code
    HAVING max(review.dice(ref.trigrams(ref.match_key(p_text)), ref.trigrams(n.key))) >= 0.5
    ORDER BY 2 DESC, 1
    LIMIT 3;
END;

COMMENT ON FUNCTION review.vocabulary_neighbours(text, text) IS 'Codes with a spelling like this one.';
