-- clean.validate_letters: false where a text has lost letters: a replacement character, or a question mark in or at the
-- edge of a word.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_letters(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_text !~ U&'[?\FFFD]';

COMMENT ON FUNCTION clean.validate_letters(text) IS 'Whether no letter was lost on the way: ''S�RKAPP'', ''B?RKUR'' are false.';
