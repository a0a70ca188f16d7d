-- clean.validate_decimal: whether a text is a plain decimal.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_decimal(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_text ~ '^-?(0|[1-9][0-9]{0,11})([.][0-9]*[1-9])?$';

COMMENT ON FUNCTION clean.validate_decimal(text) IS 'A number without grouping, unit, exponent or trailing zeros.';
