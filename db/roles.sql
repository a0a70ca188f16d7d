-- The roles of Oceanid. They belong to the server, not to one database, so they are made only where they are missing;
-- two migrates at once, also of two databases, are safe. Nobody can log in as one of them until an administrator allows
-- it: grant them to login roles, or ALTER ROLE … LOGIN PASSWORD ….
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY[
        'oceanid_owner', 'oceanid_worker', 'oceanid_analyst', 'oceanid_reviewer',
        'oceanid_operator', 'oceanid_uploader', 'oceanid_raw_loader', 'oceanid_annotated_loader', 'oceanid_organisation'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL;  -- another migrate made it between the look and the leap
            END;
        END IF;
    END LOOP;

    -- Everything is made as the owner role, so that no SECURITY DEFINER function runs with an administrator's rights.
    IF NOT pg_catalog.pg_has_role(session_user, 'oceanid_owner', 'MEMBER') THEN
        EXECUTE format('GRANT oceanid_owner TO %I', session_user);
    END IF;
    IF NOT pg_catalog.has_database_privilege('oceanid_owner', current_database(), 'CREATE') THEN
        EXECUTE format('GRANT CREATE, CONNECT, TEMPORARY ON DATABASE %I TO oceanid_owner', current_database());
    END IF;
END
$$;
