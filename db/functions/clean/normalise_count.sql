-- clean.normalise_count: a whole number of people or things.
--
-- Promises: digits without a decimal tail; other text stays as it is, folded.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_count(p_text text, p_reading stage.readings) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^(0|[1-9][0-9]{0,8})$' THEN p_text
    ELSE coalesce(
        trim_scale(clean.read_decimal(
            regexp_replace(clean.fold(p_text), ' ?(persons?|people|crew|men|pers|pax)\.?$', '', 'i'),
            coalesce((p_reading).decimal_sign, (p_reading).decided_decimal_sign)))::text,
        clean.fold(p_text))
END;

COMMENT ON FUNCTION clean.normalise_count(text, stage.readings) IS 'Whole number: ''28.0'', ''28 persons'' → ''28''; a crew of 0 is a number.';
