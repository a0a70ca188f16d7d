-- Who may do what. The whole truth: every run takes away what an earlier one gave, then gives it anew, so that a line
-- removed here is a right removed there. May run any number of times, also while schemas are still empty or missing.
--
-- worker     does what jobs do: reads vocabularies and rules, writes documents, cells, jobs and messages
-- operator   the worker's rights, and changes vocabularies, rules and policies
-- reviewer   calls review.* and reads what there is to review
-- analyst    reads curated and ref
-- uploader   calls the functions that take uploads, and reads nothing
-- organisation  (its analysts) reads of curated what row-level security lets it, and ref
-- loaders    insert into their tables, and read nothing
DO $$
DECLARE
    v_schema text;
    v_table text;
    v_function text;
    v_everyone constant text :=
        'PUBLIC, oceanid_worker, oceanid_analyst, oceanid_reviewer, oceanid_operator, '
        'oceanid_uploader, oceanid_raw_loader, oceanid_annotated_loader, oceanid_organisation';
    v_all constant text[] := ARRAY[
        'ref', 'stage', 'clean', 'review', 'curated', 'learn', 'ops', 'promote', 'identity', 'pgmq'
    ];
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM %s', current_database(), v_everyone);
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO oceanid_worker, oceanid_analyst, oceanid_reviewer, oceanid_operator, '
        'oceanid_uploader, oceanid_raw_loader, oceanid_annotated_loader, oceanid_organisation', current_database()
    );
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO oceanid_worker, oceanid_operator, oceanid_analyst', current_database());

    FOREACH v_schema IN ARRAY v_all LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = v_schema);
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %s', v_schema, v_everyone);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %s', v_schema, v_everyone);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %s', v_schema, v_everyone);
        EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM %s', v_schema, v_everyone);

        EXECUTE format('GRANT USAGE ON SCHEMA %I TO oceanid_worker, oceanid_operator', v_schema);
        EXECUTE format('GRANT EXECUTE ON ALL ROUTINES IN SCHEMA %I TO oceanid_worker, oceanid_operator', v_schema);
        EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO oceanid_worker, oceanid_operator', v_schema);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO oceanid_operator', v_schema);
        EXECUTE format(
            CASE v_schema
                WHEN 'ref' THEN 'GRANT SELECT ON ALL TABLES IN SCHEMA %I TO oceanid_worker'
                ELSE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO oceanid_worker'
            END,
            v_schema
        );
    END LOOP;

    -- Rules and policies are the operators'; what is deployed is nobody's but migrate's.
    FOREACH v_table IN ARRAY ARRAY[
        'stage.source', 'stage.cleaning_rules', 'stage.field_policy', 'stage.kind_policy', 'stage.calibration',
        'stage.limits', 'stage.pdf_policy', 'stage.vessel_list_field', 'stage.uploader', 'stage.upload_kind', 'stage.upload_rate',
        'promote.policy', 'promote.required_fields', 'promote.field_target', 'ops.queue_policy', 'ops.worker_policy',
        'ops.schedule', 'ops.deployed_object', 'ops.alembic_version', 'curated.organisation', 'curated.organisation_access'
    ] LOOP
        CONTINUE WHEN to_regclass(v_table) IS NULL;
        -- A document of a new source registers the source.
        EXECUTE format(
            'REVOKE %s ON %s FROM oceanid_worker',
            CASE v_table WHEN 'stage.source' THEN 'UPDATE, DELETE' ELSE 'INSERT, UPDATE, DELETE' END, v_table
        );
        IF v_table IN ('ops.deployed_object', 'ops.alembic_version') THEN
            EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM oceanid_operator', v_table);
        END IF;
    END LOOP;

    FOREACH v_schema IN ARRAY ARRAY['curated', 'ref'] LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO oceanid_analyst, oceanid_reviewer', v_schema);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO oceanid_analyst, oceanid_reviewer', v_schema);
        EXECUTE format('GRANT EXECUTE ON ALL ROUTINES IN SCHEMA %I TO oceanid_analyst, oceanid_reviewer', v_schema);
    END LOOP;

    -- Organisations: tables with row-level security, views that read them as whoever asks, and what is about no vessel.
    -- Nothing that runs with its owner's rights and tells of vessels may be here: it would show all of them.
    GRANT USAGE ON SCHEMA curated, ref TO oceanid_organisation;
    GRANT SELECT ON ALL TABLES IN SCHEMA ref TO oceanid_organisation;
    FOREACH v_table IN ARRAY ARRAY[
        'vessels', 'record_versions', 'names', 'identifiers', 'flags', 'authorisations', 'associates', 'metrics', 'builds',
        'attributes', 'organisation', 'organisation_access', 'rule_chains', 'sources', 'documents', 'statements',
        'current_fleet', 'current_authorisations', 'authorisations_in_force', 'expiring_authorisations',
        'vessels_by_rfmo_and_flag', 'vessel_history'
    ] LOOP
        CONTINUE WHEN to_regclass('curated.' || v_table) IS NULL;
        EXECUTE format('GRANT SELECT ON curated.%I TO oceanid_organisation', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY[
        'curated.search_key(text)', 'curated.name_tokens(text)', 'curated.name_grams(text)', 'curated.word_forms(text)',
        'curated.find_identifier(text, text)', 'curated.find_name(text, integer)', 'curated.find_name_prefix(text, integer)',
        'curated.find_vessel(text, integer)', 'curated.find_by_flag_and_gear(text, text)',
        'curated.holds_on(boolean, date, date, date)', 'curated.authorisations_on(date)', 'curated.caller_sees()'
    ] LOOP
        CONTINUE WHEN to_regprocedure(v_table) IS NULL;
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO oceanid_organisation', v_table);
    END LOOP;

    GRANT USAGE ON SCHEMA review TO oceanid_reviewer;
    GRANT SELECT ON ALL TABLES IN SCHEMA review TO oceanid_reviewer;
    GRANT EXECUTE ON ALL ROUTINES IN SCHEMA review TO oceanid_reviewer;
    -- it moves the gate: for operators, and for the schedule that a worker keeps
    IF to_regprocedure('review.calibrate(text)') IS NOT NULL THEN
        REVOKE EXECUTE ON FUNCTION review.calibrate(text) FROM oceanid_reviewer;
    END IF;

    GRANT USAGE ON SCHEMA stage TO oceanid_uploader, oceanid_raw_loader, oceanid_annotated_loader;
    FOREACH v_function IN ARRAY ARRAY[
        'begin_upload', 'check_upload', 'take_upload', 'refuse_upload', 'own_upload', 'upload_receipt', 'upload_terms'
    ] LOOP
        CONTINUE WHEN to_regproc('stage.' || v_function) IS NULL;
        EXECUTE format('GRANT EXECUTE ON FUNCTION stage.%I TO oceanid_uploader', v_function);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY['stage.documents', 'stage.rows', 'stage.document_pages'] LOOP
        CONTINUE WHEN to_regclass(v_table) IS NULL;
        EXECUTE format('GRANT INSERT ON %s TO oceanid_raw_loader', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY['stage.training_corpus'] LOOP
        CONTINUE WHEN to_regclass(v_table) IS NULL;
        EXECUTE format('GRANT INSERT ON %s TO oceanid_annotated_loader', v_table);
    END LOOP;
END
$$;

-- What is made between two migrates (a queue, by an operator's policy row) starts with the same rights.
ALTER DEFAULT PRIVILEGES FOR ROLE oceanid_owner REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE oceanid_owner IN SCHEMA pgmq
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO oceanid_worker, oceanid_operator;
ALTER DEFAULT PRIVILEGES FOR ROLE oceanid_owner IN SCHEMA pgmq
GRANT USAGE, SELECT ON SEQUENCES TO oceanid_worker, oceanid_operator;
