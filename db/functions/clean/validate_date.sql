-- clean.validate_date: whether a text is an ISO date that the calendar has, or its year and month, or its year, within
-- what a registry means.
--
-- Promises: true or false, never raises: 1850 to 2098 (later is no end, and NULL by rule before it comes here).
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_date(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text !~ '^(18[5-9][0-9]|19[0-9]{2}|20[0-8][0-9]|209[0-8])(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$' THEN false
    WHEN length(p_text) < 10 OR right(p_text, 2)::integer <= 28 THEN true
    WHEN substr(p_text, 6, 2) IN ('04', '06', '09', '11') THEN right(p_text, 2)::integer <= 30
    WHEN substr(p_text, 6, 2) = '02'
        THEN right(p_text, 2) = '29' AND left(p_text, 4)::integer % 4 = 0 AND left(p_text, 4) <> '1900'
    ELSE true
END;

COMMENT ON FUNCTION clean.validate_date(text) IS 'ISO 8601 date of the calendar, month or year between 1850 and 2098.';
