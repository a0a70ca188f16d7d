-- clean.pairs_to_compare: raw texts of a document and what became of them, where their similarity is not known yet.
--
-- Promises: each value once, at most p_limit. Reads a document's links and values, locks nothing.
CREATE OR REPLACE FUNCTION clean.pairs_to_compare(p_document_id bigint, p_limit bigint DEFAULT NULL)
RETURNS TABLE (value_id bigint, raw_value text, cleaned_value text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT d.value_id, d.raw_value, d.cleaned_value
    FROM stage.distinct_values AS d
    WHERE d.similarity IS NULL AND d.cleaned_value IS NOT NULL
        AND d.value_id IN (SELECT v.value_id FROM stage.cell_values AS v WHERE v.document_id = p_document_id)
    LIMIT p_limit;
END;

COMMENT ON FUNCTION clean.pairs_to_compare(bigint, bigint) IS 'What the queue score has to compare.';
