-- promote.first_day: the first day of a clean date: of a day itself, of a month or a year its first.
--
-- Promises: NULL for anything but a clean date (YYYY, YYYY-MM or YYYY-MM-DD). Pure.
CREATE OR REPLACE FUNCTION promote.first_day(p_date text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_date ~ '^[0-9]{4}(-[0-9]{2}){0,2}$' THEN make_date(
    substr(p_date, 1, 4)::integer, coalesce(nullif(substr(p_date, 6, 2), ''), '1')::integer,
    coalesce(nullif(substr(p_date, 9, 2), ''), '1')::integer
) END;

COMMENT ON FUNCTION promote.first_day(text) IS 'First day of a date that may be a month or a year.';
