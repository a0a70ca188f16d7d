-- clean.pairs_to_compare: raw texts of a document's source and what became of them, where their similarity is not known
-- yet. Values are shared by all documents of a source, and so is the work of comparing them.
--
-- Promises: each value once, at most p_limit. Reads the source's values, locks nothing.
CREATE OR REPLACE FUNCTION clean.pairs_to_compare(p_document_id bigint, p_limit bigint DEFAULT NULL)
RETURNS TABLE (value_id bigint, raw_value text, cleaned_value text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.value_id, d.raw_value, d.cleaned_value
    FROM stage.distinct_values AS d
    WHERE d.similarity IS NULL AND d.cleaned_value IS NOT NULL AND d.rule_chain <> '{2}'
        AND d.reading_id = ANY (ARRAY(
            SELECT r.reading_id FROM stage.readings AS r JOIN stage.documents AS t USING (source_id)
            WHERE t.document_id = p_document_id))
    LIMIT p_limit;
END;

COMMENT ON FUNCTION clean.pairs_to_compare(bigint, bigint) IS 'What the queue score has to compare.';
