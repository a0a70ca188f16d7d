-- review.argilla_text: a raw text as Markdown that shows exactly that text.
--
-- Promises: no character of it acts as markup, HTML or table border; line breaks show as ⏎. NULL for NULL.
CREATE OR REPLACE FUNCTION review.argilla_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    regexp_replace(
        replace(replace(replace(p_text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
        '([\\`*_{}\[\]()#+\-.!|~])', '\\\1', 'g'
    ),
    '\s*[\r\n]+\s*', ' ⏎ ', 'g'
);

COMMENT ON FUNCTION review.argilla_text(text) IS 'Raw text, escaped for Markdown.';
