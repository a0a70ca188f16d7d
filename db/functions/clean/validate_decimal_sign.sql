-- clean.validate_decimal_sign: false where a text is a number that could be read two ways ('1.234') and nobody could tell
-- whether the column's dot or comma is the decimal sign.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_decimal_sign(p_text text, p_reading stage.readings) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN NOT (coalesce((p_reading).decimal_sign, (p_reading).decided_decimal_sign) IS NULL AND p_text ~ '^[^0-9]*[1-9][0-9]{0,2}[.,][0-9]{3}[^0-9]*$');

COMMENT ON FUNCTION clean.validate_decimal_sign(text, stage.readings) IS
    'Whether the decimal sign is known, where the text needs one.';
