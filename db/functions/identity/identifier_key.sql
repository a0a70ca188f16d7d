-- identity.identifier_key: a registration number, marking or other identifier as it is compared.
--
-- Promises: letters (Latin, upper case) and digits only, leading zeros gone; NULL where nothing is left.
-- Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.identifier_key(p_identifier text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN nullif(ltrim(replace(ref.match_key(identity.transliterate(p_identifier)), ' ', ''), '0'), '');

COMMENT ON FUNCTION identity.identifier_key(text) IS 'Identifier for matching: ''TN-0353'' → ''TN0353''; ''00668'' → ''668''.';
