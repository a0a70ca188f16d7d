-- curated.authorisations_on: the authorisations that hold on a day, as the lists in force now say them.
--
-- Promises: the rows of curated.current_authorisations for which curated.holds_on says so. What the lists of that day said:
-- curated.as_of. Reads only.
CREATE OR REPLACE FUNCTION curated.authorisations_on(p_day date)
RETURNS SETOF curated.current_authorisations
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.* FROM curated.current_authorisations AS a
    WHERE curated.holds_on(a.authorised, a.starts_on, a.ends_on, p_day);
END;

COMMENT ON FUNCTION curated.authorisations_on(date) IS
    'Authorisations that hold on a day: SELECT * FROM curated.authorisations_on(''2025-06-30'').';
