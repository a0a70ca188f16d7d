-- promote.last_day: the last day of a clean date: of a day itself, of a month or a year its last.
--
-- Promises: NULL for anything but a clean date (YYYY, YYYY-MM or YYYY-MM-DD). Pure.
CREATE OR REPLACE FUNCTION promote.last_day(p_date text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE length(p_date)
    WHEN 4 THEN (promote.first_day(p_date) + interval '1 year - 1 day')::date
    WHEN 7 THEN (promote.first_day(p_date) + interval '1 month - 1 day')::date
    ELSE promote.first_day(p_date)
END;

COMMENT ON FUNCTION promote.last_day(text) IS 'Last day of a date that may be a month or a year.';
