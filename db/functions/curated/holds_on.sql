-- curated.holds_on: whether an authorisation holds on a day.
--
-- Promises: false where the list says outright that the vessel is not authorised, before the first day and after the last; a
-- day that the list does not say does not limit it: it holds as long as the list is in force.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION curated.holds_on(p_authorised boolean, p_starts_on date, p_ends_on date, p_day date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_authorised IS NOT FALSE AND coalesce(p_starts_on <= p_day, true) AND coalesce(p_ends_on >= p_day, true);

COMMENT ON FUNCTION curated.holds_on(boolean, date, date, date) IS
    'Whether an authorisation holds on a day: curated.holds_on(authorised, starts_on, ends_on, day).';
