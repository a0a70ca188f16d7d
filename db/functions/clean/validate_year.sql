-- clean.validate_year: whether a text is a year from 1850 to the next.
--
-- Promises: true or false, never raises. Depends on today (STABLE); takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_year(p_text text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text !~ '^[12][0-9]{3}$' THEN false
    ELSE p_text::integer BETWEEN 1850 AND extract(year FROM CURRENT_DATE)::integer + 1
END;

COMMENT ON FUNCTION clean.validate_year(text) IS 'A year in which a vessel can have been built: 1850 to next year.';
