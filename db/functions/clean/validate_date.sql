-- clean.validate_date: whether a text is an ISO date, or its year and month, or its year, within what a registry means.
--
-- Promises: true or false, never raises: 1850 to 2098 (later is no end, and NULL by rule before it comes here).
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_date(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_text ~ '^(18[5-9]|19[0-9]|20[0-9])[0-9](-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$';

COMMENT ON FUNCTION clean.validate_date(text) IS 'ISO 8601 date, month or year between 1850 and 2098.';
