-- identity.name_stem: name words without numbers and blanks.
--
-- Promises: '' where the name is a number alone. Takes what identity.name_words gives. Pure; may be called any number of
-- times.
CREATE OR REPLACE FUNCTION identity.name_stem(p_words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(p_words, '0123456789 ', '');

COMMENT ON FUNCTION identity.name_stem(text) IS 'Stem of name words: ''LU RONG YUAN YU 668'' → ''LURONGYUANYU''.';
