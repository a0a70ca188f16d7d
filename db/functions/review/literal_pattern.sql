-- review.literal_pattern: a text as a regular expression that matches this text and nothing else.
--
-- Promises: every sign that means something in an expression is escaped. Pure: reads no table, may be called any number
-- of times.
CREATE OR REPLACE FUNCTION review.literal_pattern(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(p_text, '([][\\.^$*+?(){}|\-/])', '\\\1', 'g');

COMMENT ON FUNCTION review.literal_pattern(text) IS 'Text to expression: ''N.346'' → ''N\.346''.';
