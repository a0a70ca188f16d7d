-- identity.name_number: the numbers in name words, in their order.
--
-- Promises: digits with single blanks between; NULL where there is none. Takes what identity.name_words gives.
-- Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.name_number(p_words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN nullif(btrim(regexp_replace(p_words, '[^0-9]+', ' ', 'g')), '');

COMMENT ON FUNCTION identity.name_number(text) IS 'Numbers of name words: ''LU RONG YUAN YU 668'' → ''668''. They tell sister ships apart.';
