-- review.argilla_table: a row's context as a Markdown table, the column that is asked about in bold.
--
-- Promises: one line a column, in the context's order; a sentence where there is no context.
CREATE OR REPLACE FUNCTION review.argilla_table(p_context jsonb, p_column text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
    (
        SELECT E'| column | value |\n|---|---|\n' || string_agg(
            format(
                CASE WHEN e.key = p_column THEN '| **%s** | **%s** |' ELSE '| %s | %s |' END,
                review.argilla_text(e.key), review.argilla_text(e.value)
            ), E'\n' ORDER BY e.ordinality
        )
        FROM jsonb_each_text(p_context) WITH ORDINALITY AS e
    ),
    'No row is shown: the question is about the whole column.'
);

COMMENT ON FUNCTION review.argilla_table(jsonb, text) IS 'A row as a Markdown table.';
