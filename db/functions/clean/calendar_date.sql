-- clean.calendar_date: an ISO date of its parts, where the calendar has that day.
--
-- Promises: 'YYYY-MM-DD', 'YYYY-MM' where the day is 0 or NULL, 'YYYY' where the month is; NULL where there is no such
-- day. Two-digit years are of this century up to twenty years ahead, else of the last; '99' is 2099 where p_end says
-- that the date ends something, because registries write 31-12-99 for 'no end'.
-- Pure but for today's year (STABLE); takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.calendar_date(p_year text, p_month integer, p_day integer, p_end boolean)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_year integer := p_year::integer;
BEGIN
    IF length(p_year) <= 2 THEN
        IF p_end AND v_year = 99 THEN
            v_year := 2099;
        ELSIF 2000 + v_year > extract(year FROM current_date) + 20 THEN
            v_year := 1900 + v_year;
        ELSE
            v_year := 2000 + v_year;
        END IF;
    END IF;
    IF length(p_year) = 3 OR v_year < 1000 THEN
        RETURN NULL;
    ELSIF coalesce(p_month, 0) = 0 THEN
        RETURN v_year::text;
    ELSIF p_month > 12 THEN
        RETURN NULL;
    ELSIF coalesce(p_day, 0) = 0 THEN
        RETURN v_year || '-' || lpad(p_month::text, 2, '0');
    ELSIF p_day > extract(day FROM make_date(v_year, p_month, 1) + interval '1 month' - interval '1 day') THEN
        RETURN NULL;
    END IF;
    RETURN v_year || '-' || lpad(p_month::text, 2, '0') || '-' || lpad(p_day::text, 2, '0');
END
$$;

COMMENT ON FUNCTION clean.calendar_date(text, integer, integer, boolean) IS
    'Year, month and day as an ISO date, or NULL where the calendar has no such day.';
