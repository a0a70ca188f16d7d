-- review.suggestions: what an item's answer may be: earlier corrections of the same or a similar text, the machine's own
-- proposal, neighbours in the vocabulary.
--
-- Promises: at most review.policy 'suggestions' of them, best first, as [{value, score, agent}]; scores in [0, 1].
-- Reads corrections and vocabularies, locks nothing.
CREATE OR REPLACE FUNCTION review.suggestions(p_item_id bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_item review.items;
    v_kind text;
    v_grams text[];
BEGIN
    SELECT * INTO v_item FROM review.items AS i WHERE i.item_id = p_item_id;
    v_kind := (SELECT f.kind FROM ref.field AS f WHERE f.field = v_item.field);
    v_grams := ref.trigrams(ref.match_key(v_item.subject));
    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object('value', t.value, 'score', round(t.score::numeric, 3), 'agent', t.agent)
            ORDER BY t.score DESC, t.value), '[]')
        FROM (
            SELECT u.value, max(u.score) AS score, (array_agg(u.agent ORDER BY u.score DESC))[1] AS agent
            FROM (
                SELECT v_item.proposal AS value, 0.8 AS score, 'machine' AS agent
                WHERE v_item.proposal IS NOT NULL
                UNION ALL
                SELECT c.corrected_value,
                    CASE WHEN c.raw_value = v_item.subject THEN 0.95
                        ELSE review.dice(v_grams, ref.trigrams(ref.match_key(c.raw_value))) * 0.9 END
                        * c.times / (c.times + c.contradicted),
                    'correction'
                FROM review.correction AS c
                WHERE c.field = coalesce(v_item.field, '') AND c.corrected_value IS NOT NULL AND v_item.decision_on IN ('value', 'cell')
                    AND review.dice(v_grams, ref.trigrams(ref.match_key(c.raw_value))) >= review.policy_value('suggestion_likeness')
                UNION ALL
                SELECT n.code, n.score * 0.85, 'vocabulary'
                FROM review.vocabulary_neighbours(v_kind, v_item.subject) AS n
                WHERE v_item.decision_on = 'value'
                UNION ALL
                SELECT s.suggestion ->> 'field', (s.suggestion ->> 'belief')::numeric, 'mapping'
                FROM stage.columns AS c CROSS JOIN LATERAL jsonb_array_elements(c.suggestions) AS s (suggestion)
                WHERE v_item.decision_on = 'column' AND c.document_id = v_item.document_id
                    AND c.column_position = v_item.column_position
            ) AS u
            WHERE u.value IS NOT NULL
            GROUP BY u.value
            ORDER BY max(u.score) DESC, u.value
            LIMIT review.policy_value('suggestions')::integer
        ) AS t
    );
END
$$;

COMMENT ON FUNCTION review.suggestions(bigint) IS 'Up to five likely answers of an item, with score and where they come from.';
