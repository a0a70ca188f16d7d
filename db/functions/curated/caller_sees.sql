-- curated.caller_sees: which vessels the one who asks may see, for functions that run with their owner's rights.
--
-- Promises: the same as the policies of curated.vessels: everything for the roles of oceanid, and for whom row-level security
-- does not hold; else the flags and the lists of the organisations whose role the caller has. The caller is the role that the
-- session has taken (SET ROLE), or else that it logged in as. Reads only.
CREATE OR REPLACE FUNCTION curated.caller_sees(OUT everything boolean, OUT flags text[], OUT lists text[])
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH caller AS (
        SELECT r.oid, r.rolsuper OR r.rolbypassrls AS unbound FROM pg_catalog.pg_roles AS r
        WHERE r.rolname = coalesce(nullif(current_setting('role'), 'none'), session_user)
    ), granted AS (
        SELECT a.attribute, a.value
        FROM caller AS c
        JOIN pg_catalog.pg_roles AS r ON pg_has_role(c.oid, r.oid, 'USAGE')
        JOIN curated.organisation AS o ON o.role_name = r.rolname
        JOIN curated.organisation_access AS a ON a.organisation = o.organisation
        WHERE NOT c.unbound
    )
    SELECT
        c.unbound OR EXISTS (
            SELECT FROM pg_catalog.pg_roles AS r
            WHERE r.rolname IN ('oceanid_owner', 'oceanid_worker', 'oceanid_operator', 'oceanid_analyst', 'oceanid_reviewer')
                AND pg_has_role(c.oid, r.oid, 'USAGE')),
        ARRAY(SELECT g.value FROM granted AS g WHERE g.attribute = 'flag_state'),
        ARRAY(SELECT g.value FROM granted AS g WHERE g.attribute = 'listed_by')
    FROM caller AS c
$$;

COMMENT ON FUNCTION curated.caller_sees() IS 'Which vessels the caller may see, as the policies of curated.vessels say it.';
