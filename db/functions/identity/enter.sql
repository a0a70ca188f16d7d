-- identity.enter: every row of a document is an entry of its source.
--
-- Promises: a row of identity.entry_row per row of the document; returns their number. Rows keep the entry they had where
-- it still fits; else they find one among the source's entries by the identifiers they share, the strongest first: the
-- source's own, IMO, EU fleet number, registration with name, call sign with name, MMSI with name, marking with name,
-- registration, call sign, and at last all that identifies; else they make one, and rows of one document that share an
-- identifier make one together. Rows that are plainly two vessels (identity.two_vessels) are two entries whatever they
-- share. Values that wait for review are no evidence. OC404 for an unknown document, OC002 for one that has not been
-- cleaned. One transaction at a time enters rows of a source (advisory lock). May run again, also after answers or a re-
-- clean.
CREATE OR REPLACE FUNCTION identity.enter(p_document_id bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_source_id integer;
    v_own_field text;
    v_status text;
    v_rule integer;
    v_rules constant integer[] := ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    v_only_before constant integer[] := ARRAY[8, 9];  -- two rows of one document with these in common may be two vessels
    v_weakest constant integer := 10;
    v_waiting bigint;
BEGIN
    SELECT d.source_id, d.status, CASE s.source_type WHEN 'RFMO' THEN 'RFMO_ID' ELSE 'OTHER_EXT_ID' END
    INTO v_source_id, v_status, v_own_field
    FROM stage.documents AS d JOIN stage.source AS s USING (source_id) WHERE d.document_id = p_document_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name FROM stage.documents lists them.';
    ELSIF v_status NOT IN ('cleaned', 'gated') THEN
        RAISE EXCEPTION 'document % is %: its rows cannot be told apart yet', p_document_id, v_status
            USING ERRCODE = 'OC002', HINT = 'Wait until it is cleaned (stage.documents.status), then call again.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.identity.enter'), v_source_id);

    CREATE TEMPORARY TABLE IF NOT EXISTS entering (
        group_id integer, entry identity.entry_row, entry_id bigint, keys text[]) ON COMMIT DROP;
    CREATE INDEX IF NOT EXISTS entering_entry ON pg_temp.entering (entry_id);
    CREATE TEMPORARY TABLE IF NOT EXISTS entering_row (row_index integer, group_id integer) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS entering_claim (group_id integer, entry_id bigint) ON COMMIT DROP;
    TRUNCATE pg_temp.entering, pg_temp.entering_row, pg_temp.entering_claim;

    WITH cell AS (
        SELECT x.row_index, x.field, min(x.cleaned_value) AS value
        FROM stage.csv_extractions AS x
        WHERE x.document_id = p_document_id AND x.cleaned_value IS NOT NULL AND NOT x.needs_review
            AND x.field = ANY (ARRAY[
                v_own_field, 'IMO', 'EU_CFR', 'MMSI', 'IRCS', 'NATIONAL_REG_NO', 'EXTERNAL_MARKING', 'VESSEL_NAME', 'FLAG',
                'LENGTH_OVERALL', 'LENGTH', 'BUILD_YEAR'])
        GROUP BY x.row_index, x.field
    ), told AS (
        SELECT r.row_index,
            max(c.value) FILTER (WHERE c.field = v_own_field) AS own_id,
            max(c.value) FILTER (WHERE c.field = 'IMO') AS imo,
            max(c.value) FILTER (WHERE c.field = 'EU_CFR') AS eu_cfr,
            max(c.value) FILTER (WHERE c.field = 'MMSI') AS mmsi,
            max(c.value) FILTER (WHERE c.field = 'IRCS') AS ircs,
            identity.identifier_key(max(c.value) FILTER (WHERE c.field = 'NATIONAL_REG_NO')) AS registration,
            identity.identifier_key(max(c.value) FILTER (WHERE c.field = 'EXTERNAL_MARKING')) AS marking,
            max(c.value) FILTER (WHERE c.field = 'VESSEL_NAME') AS name,
            coalesce(max(c.value) FILTER (WHERE c.field = 'FLAG'), '') AS flag,
            coalesce(max(c.value) FILTER (WHERE c.field = 'LENGTH_OVERALL'),
                max(c.value) FILTER (WHERE c.field = 'LENGTH')) AS length,
            max(c.value) FILTER (WHERE c.field = 'BUILD_YEAR') AS year
        FROM stage.rows AS r
        LEFT JOIN cell AS c USING (row_index)
        WHERE r.document_id = p_document_id
        GROUP BY r.row_index
    ), grouped AS (
        SELECT t.*, CASE
                WHEN coalesce(t.own_id, t.imo, t.eu_cfr, t.mmsi, t.ircs, t.registration, t.marking, t.name) IS NULL
                    THEN t.row_index
                ELSE min(t.row_index) OVER (PARTITION BY t.own_id, t.imo, t.eu_cfr, t.mmsi, t.ircs, t.registration, t.marking,
                    t.name, t.flag, t.length, t.year)
            END AS group_id
        FROM told AS t
    ), kept AS (
        INSERT INTO pg_temp.entering_row SELECT g.row_index, g.group_id FROM grouped AS g
    )
    INSERT INTO pg_temp.entering (group_id, entry, keys)
    SELECT g.group_id,
        ROW(p_document_id, g.group_id, NULL, g.own_id, g.imo, g.eu_cfr, g.ircs, n.name_key,
            g.length::numeric, g.year::integer)::identity.entry_row,
        ARRAY[
            g.own_id, g.imo, g.eu_cfr,
            g.flag || '|' || g.registration || '|' || n.name_key,
            g.ircs || '|' || n.name_key, g.mmsi || '|' || n.name_key, g.flag || '|' || g.marking || '|' || n.name_key,
            g.flag || '|' || g.registration, g.ircs,
            g.flag || '|' || n.name_key || '|' || coalesce(g.registration, '') || '|' || coalesce(g.ircs, '') || '|'
                || coalesce(g.mmsi, '') || '|' || coalesce(g.marking, '')]
    FROM grouped AS g
    CROSS JOIN LATERAL (SELECT identity.name_key(g.name) AS name_key) AS n
    WHERE g.row_index = g.group_id;
    ANALYZE pg_temp.entering, pg_temp.entering_row;
    DELETE FROM identity.entry_key AS k WHERE k.document_id = p_document_id;

    -- 0: the entry it had; then by each rule, what the source has shown before
    FOREACH v_rule IN ARRAY 0 || v_rules LOOP
        IF v_rule = 0 THEN
            INSERT INTO pg_temp.entering_claim
            SELECT r.group_id, min(h.entry_id)
            FROM identity.entry_row AS h JOIN pg_temp.entering_row AS r USING (row_index)
            WHERE h.document_id = p_document_id GROUP BY r.group_id;
        ELSE
            INSERT INTO pg_temp.entering_claim
            SELECT DISTINCT e.group_id, k.entry_id
            FROM pg_temp.entering AS e
            JOIN identity.entry_key AS k ON k.source_id = v_source_id AND k.entry_key = v_rule || ':' || e.keys[v_rule]
            WHERE e.entry_id IS NULL;
        END IF;
        PERFORM identity.grant_claims(p_document_id, v_rule = v_weakest);
    END LOOP;
    -- what is left makes entries, by each rule one of all that share the key
    FOREACH v_rule IN ARRAY v_rules LOOP
        CONTINUE WHEN v_rule = ANY (v_only_before);
        LOOP
            INSERT INTO pg_temp.entering_claim
            SELECT DISTINCT e.group_id, o.entry_id
            FROM pg_temp.entering AS e
            JOIN pg_temp.entering AS o ON o.keys[v_rule] = e.keys[v_rule]
            WHERE e.entry_id IS NULL AND o.entry_id IS NOT NULL;
            PERFORM identity.grant_claims(p_document_id, v_rule = v_weakest);
            UPDATE pg_temp.entering AS e SET entry_id = nextval('identity.entry_entry_id_seq')
            WHERE e.group_id IN (
                SELECT min(w.group_id) FROM pg_temp.entering AS w
                WHERE w.entry_id IS NULL AND w.keys[v_rule] IS NOT NULL GROUP BY w.keys[v_rule]);
            EXIT WHEN NOT FOUND;
        END LOOP;
    END LOOP;
    UPDATE pg_temp.entering AS e SET entry_id = nextval('identity.entry_entry_id_seq') WHERE e.entry_id IS NULL;

    INSERT INTO identity.entry (entry_id, source_id) OVERRIDING SYSTEM VALUE
    SELECT DISTINCT e.entry_id, v_source_id FROM pg_temp.entering AS e
    WHERE NOT EXISTS (SELECT FROM identity.entry AS h WHERE h.entry_id = e.entry_id);
    DELETE FROM identity.entry_row AS h
    WHERE h.document_id = p_document_id AND NOT EXISTS (
        SELECT FROM pg_temp.entering_row AS r WHERE r.row_index = h.row_index);
    INSERT INTO identity.entry_row AS h
    SELECT p_document_id, r.row_index, e.entry_id, (e.entry).own_id, (e.entry).imo, (e.entry).eu_cfr, (e.entry).ircs,
        (e.entry).name_key, (e.entry).length_m, (e.entry).year_built
    FROM pg_temp.entering_row AS r JOIN pg_temp.entering AS e USING (group_id)
    ON CONFLICT (document_id, row_index) DO UPDATE
    SET entry_id = excluded.entry_id, own_id = excluded.own_id, imo = excluded.imo, eu_cfr = excluded.eu_cfr,
        ircs = excluded.ircs, name_key = excluded.name_key, length_m = excluded.length_m, year_built = excluded.year_built
    WHERE h IS DISTINCT FROM excluded;
    INSERT INTO identity.entry_key
    SELECT DISTINCT v_source_id, k.rule || ':' || k.key, e.entry_id, p_document_id
    FROM pg_temp.entering AS e
    CROSS JOIN LATERAL unnest(e.keys) WITH ORDINALITY AS k (key, rule)
    WHERE k.key IS NOT NULL;
    RETURN (SELECT count(*) FROM pg_temp.entering_row);
END
$$;

COMMENT ON FUNCTION identity.enter(bigint) IS
    'Says which row of a document is which entry of its source: SELECT identity.enter(2). Written to identity.entry_row.';
