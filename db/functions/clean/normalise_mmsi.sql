-- clean.normalise_mmsi: an MMSI as nine digits where the text is one.
--
-- Promises: the word MMSI, grouping signs and a decimal tail are dropped; other text stays, for the validator to refuse.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_mmsi(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^[0-9]{9}$' THEN p_text
    ELSE regexp_replace(
        regexp_replace(upper(clean.fold(p_text)), '^(?:MMSI[ .:/#-]*(?:(?:NUMBER|NO|NR)[ .:-]*)?)+(?=[0-9])', ''),
        '^([0-9]{3})([ .,-]?)([0-9]{3})\2([0-9]{3})(?:[.,]0+)?$', '\1\3\4')
END;

COMMENT ON FUNCTION clean.normalise_mmsi(text) IS 'MMSI as nine digits: ''MMSI 773-060-519'' → ''773060519''.';
