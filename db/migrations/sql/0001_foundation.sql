-- Schemas, the record of what is deployed, and the guard that makes an operator's edit the operator's own.

CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA ref;
CREATE SCHEMA stage;
CREATE SCHEMA clean;
CREATE SCHEMA review;
CREATE SCHEMA curated;
CREATE SCHEMA learn;

COMMENT ON SCHEMA ref IS 'Vocabularies: countries, MIDs, call-sign series, gears, vessel types, placeholders, header aliases.';
COMMENT ON SCHEMA stage IS 'Documents as they came, their columns, cells and distinct values, and the rules that clean them.';
COMMENT ON SCHEMA clean IS 'Functions that read, normalise, validate, score and explain. Holds no table.';
COMMENT ON SCHEMA review IS 'What a person has to decide, what was decided, and the functions that record it.';
COMMENT ON SCHEMA curated IS 'Vessel records for analysts: versioned, with a source for every value.';
COMMENT ON SCHEMA learn IS 'Training sets, models, their deployments and their drift.';
COMMENT ON SCHEMA ops IS 'Jobs, attempts, dead letters, schedules, heartbeats, and what is deployed.';

CREATE TABLE ops.deployed_object (
    object_identity text PRIMARY KEY,
    object_kind text NOT NULL CHECK (
        object_kind IN (
            'function', 'view', 'revision', 'revision function', 'revision view', 'grants', 'reference', 'server'
        )
    ),
    path text NOT NULL,
    sha256 text NOT NULL,
    definition_sha256 text,
    deployed_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE ops.deployed_object IS
'What the last migrate deployed, one row per object: the file it came from, and the hash of the definition as the catalog shows it. `oceanid doctor` compares both with what is there now.';
COMMENT ON COLUMN ops.deployed_object.object_identity IS 'The object as pg_identify_object names it; for grants and reference data, the file or the table.';
COMMENT ON COLUMN ops.deployed_object.sha256 IS 'Hash of the file.';
COMMENT ON COLUMN ops.deployed_object.definition_sha256 IS 'Hash of the definition in the catalog when it was deployed.';

-- ops.mark_operator_edit: an operator's UPDATE of a shipped row makes the row the operator's.
--
-- Promises: never refuses an update. Quiet while oceanid.loading is on, which the loader of db/reference sets. An operator
-- gives a row back to the file by setting shipped to true again: the trigger only looks at rows that are shipped.
CREATE FUNCTION ops.mark_operator_edit() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(current_setting('oceanid.loading', true), '') <> 'on' THEN
        NEW.shipped := false;
    END IF;
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION ops.mark_operator_edit() IS
'Trigger of every table with a shipped column: a shipped row that an operator changes is no longer kept in step with the file.';

-- ops.guard_operator_edits: gives the trigger mark_operator_edit to every table that has a shipped column.
--
-- Promises: the names of the tables that got it now; called twice, the second call finds nothing to do.
-- Locks: each of those tables for a moment, as CREATE TRIGGER does.
CREATE FUNCTION ops.guard_operator_edits() RETURNS SETOF text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
BEGIN
    FOR v_table IN
        SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'shipped' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p')
          AND n.nspname IN ('ref', 'stage', 'review', 'curated', 'learn', 'ops', 'promote', 'identity')
          AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_trigger AS t
              WHERE t.tgrelid = c.oid AND t.tgname = 'mark_operator_edit'
          )
        ORDER BY 2
    LOOP
        EXECUTE format(
            'CREATE TRIGGER mark_operator_edit BEFORE UPDATE ON %s FOR EACH ROW '
            'WHEN (OLD.shipped) EXECUTE FUNCTION ops.mark_operator_edit()',
            v_table.name
        );
        RETURN NEXT v_table.name;
    END LOOP;
END
$$;

COMMENT ON FUNCTION ops.guard_operator_edits() IS
'Attaches ops.mark_operator_edit to every table with a shipped column that lacks it. Called by each migrate.';
