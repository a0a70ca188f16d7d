-- clean.normalise_name: a name in folded upper case without the quotes that surround it.
--
-- Promises: double encoding repaired, named HTML entities decoded, folded, matched outer quotes removed, upper case;
-- diacritics and scripts stay. Lost letters stay lost. Twice changes nothing more. ASCII without quotes, ampersands and
-- underscores, and Latin letters that are no byte of double encoding (nor is their capital), which is nearly all there
-- is, are answered by one match.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_name(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~
        U&'^[#-%(-^`-~\00C0-\00FE\0100-\0151\0154-\015F\0162-\0177\0179-\017C\0180-\0191\0193-\024F]+( [#-%(-^`-~\00C0-\00FE\0100-\0151\0154-\015F\0162-\0177\0179-\017C\0180-\0191\0193-\024F]+)*$' THEN upper(p_text)
    ELSE clean.normalise_name_unusual(p_text)
END;

COMMENT ON FUNCTION clean.normalise_name(text) IS
    'Name in canonical form: ''"ZamÃ¨ne"'' → ''ZAMÈNE''; ''GESU'''' stays. Lost letters are left for review.';
