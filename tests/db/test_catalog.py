"""The house rules, asserted from the catalog of a migrated database and from the tree."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from workers import paths
from workers.deploy_objects import SCHEMAS
from workers.deploy_tree import object_files

ROLES = [
    "worker", "analyst", "reviewer", "operator", "uploader", "raw_loader", "annotated_loader", "organisation",
]  # fmt: skip
FACES = ["review", "curated"]
"""Schemas whose views are for people; each column of theirs is explained."""
FACE_VIEWS = ["stage.csv_extractions"]
# Operators write promote.run(dry_run => true): the one parameter that is a word of the command.
DRY_RUN = "promote.run(bigint,boolean): dry_run"

FILES = object_files(paths.db())
OURS = "nspname = ANY(%(ours)s)"
WITH_QUEUES = {"ours": [*SCHEMAS, "pgmq"]}
WITHOUT_QUEUES = {"ours": SCHEMAS}


def names(db: psycopg.Connection, query: str, parameters: dict[str, list[str]]) -> list[str]:
    return [row[0] for row in db.execute(query, parameters).fetchall()]


def test_public_may_call_nothing(db: psycopg.Connection) -> None:
    query = f"""
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {OURS} AND has_function_privilege('public', p.oid, 'EXECUTE')
    """
    assert names(db, query, WITH_QUEUES) == []


def test_public_may_read_and_write_nothing(db: psycopg.Connection) -> None:
    query = f"""
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OURS} AND CASE
            WHEN c.relkind = 'S' THEN has_sequence_privilege('public', c.oid, 'USAGE, SELECT, UPDATE')
            WHEN c.relkind IN ('r', 'p', 'v', 'm') THEN
                has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                OR has_any_column_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
            END
        UNION ALL
        SELECT nspname FROM pg_namespace
        WHERE {OURS} AND has_schema_privilege('public', oid, 'USAGE, CREATE')
    """
    assert names(db, query, WITH_QUEUES) == []


def test_what_is_made_after_a_migrate_is_not_public_either(db: psycopg.Connection) -> None:
    db.execute("SET ROLE oceanid_owner")
    db.execute("CREATE FUNCTION clean.t_new() RETURNS integer LANGUAGE sql RETURN 1")
    db.execute("SELECT pgmq.create('t_new')")
    assert db.execute(
        "SELECT has_function_privilege('public', 'clean.t_new()', 'EXECUTE'), "
        "has_table_privilege('public', 'pgmq.q_t_new', 'SELECT'), "
        "has_table_privilege('oceanid_worker', 'pgmq.q_t_new', 'SELECT, DELETE')"
    ).fetchone() == (False, False, True)


def test_plpgsql_and_security_definer_functions_pin_the_search_path(db: psycopg.Connection) -> None:
    query = f"""
        SELECT p.oid::regprocedure::text FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE {OURS} AND (l.lanname = 'plpgsql' OR p.prosecdef)
          AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
    """
    assert names(db, query, WITHOUT_QUEUES) == []


def test_only_sql_and_plpgsql_are_used(db: psycopg.Connection) -> None:
    query = f"""
        SELECT p.oid::regprocedure::text FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE {OURS} AND l.lanname NOT IN ('sql', 'plpgsql')
    """
    assert names(db, query, WITHOUT_QUEUES) == []


def test_no_extension_is_needed(db: psycopg.Connection) -> None:
    assert names(db, "SELECT extname FROM pg_extension WHERE extname NOT IN ('plpgsql', 'pgmq')", {}) == []


def test_every_schema_table_view_and_function_has_a_comment(db: psycopg.Connection) -> None:
    query = f"""
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname <> 'alembic_version'
          AND NOT c.relispartition AND obj_description(c.oid, 'pg_class') IS NULL
        UNION ALL
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {OURS} AND obj_description(p.oid, 'pg_proc') IS NULL
        UNION ALL
        SELECT nspname FROM pg_namespace WHERE {OURS} AND obj_description(oid, 'pg_namespace') IS NULL
    """
    assert names(db, query, WITHOUT_QUEUES) == []


def test_every_column_of_a_view_for_people_has_a_comment(db: psycopg.Connection) -> None:
    query = """
        SELECT c.oid::regclass::text || '.' || a.attname FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relkind = 'v' AND (n.nspname = ANY(%(faces)s) OR format('%%s.%%s', n.nspname, c.relname) = ANY(%(views)s))
          AND col_description(c.oid, a.attnum) IS NULL
    """
    assert names(db, query, {"faces": FACES, "views": FACE_VIEWS}) == []


def test_every_row_can_be_named_by_a_key(db: psycopg.Connection) -> None:
    query = f"""
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OURS} AND c.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique
                          AND i.indpred IS NULL AND (i.indisprimary OR i.indnullsnotdistinct))
    """
    assert names(db, query, WITHOUT_QUEUES) == []


def test_parameters_start_with_p(db: psycopg.Connection) -> None:
    query = f"""
        SELECT p.oid::regprocedure::text || ': ' || a.name
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        CROSS JOIN LATERAL unnest(
            p.proargnames, coalesce(p.proargmodes, array_fill('i'::"char", ARRAY[coalesce(cardinality(p.proargnames), 0)]))
        ) AS a (name, mode)
        WHERE {OURS} AND a.mode IN ('i', 'b', 'v') AND a.name NOT LIKE 'p\\_%%'
        UNION ALL
        SELECT p.oid::regprocedure::text || ': nameless' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {OURS} AND p.pronargs > 0 AND p.proargnames IS NULL
    """
    assert [n for n in names(db, query, WITHOUT_QUEUES) if n != DRY_RUN] == []


def test_every_file_has_its_object_and_every_object_its_file(db: psycopg.Connection) -> None:
    query = f"""
        SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS}
        UNION
        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OURS} AND c.relkind IN ('v', 'm')
        EXCEPT
        SELECT split_part(object_identity, '(', 1) FROM ops.deployed_object WHERE object_kind LIKE 'revision %%'
    """
    assert sorted(names(db, query, WITHOUT_QUEUES)) == sorted({f.qualified for f in FILES})


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.qualified)
def test_every_file_opens_with_what_it_promises_and_comments_its_object(file) -> None:
    assert file.text.startswith(f"-- {file.qualified}: "), "the header comment starts with the object's name"
    assert re.search(r"^CREATE OR REPLACE ", file.text, re.MULTILINE)
    assert re.search(
        rf"^COMMENT ON (FUNCTION|PROCEDURE|VIEW) {re.escape(file.qualified)}\b", file.text, re.MULTILINE
    )
    assert not re.search(r"^\s*(GRANT|REVOKE)\b", file.text, re.MULTILINE | re.IGNORECASE), (
        "grants: db/grants.sql"
    )


def test_grants_may_be_given_again(db: psycopg.Connection) -> None:
    query = """
        SELECT c.oid, c.relacl::text FROM pg_class c UNION ALL SELECT p.oid, p.proacl::text FROM pg_proc p
        UNION ALL SELECT n.oid, n.nspacl::text FROM pg_namespace n ORDER BY 1
    """
    before = db.execute(query).fetchall()
    db.execute((paths.db() / "grants.sql").read_text().encode())
    assert db.execute(query).fetchall() == before


@pytest.mark.parametrize("role", ["owner", *ROLES])
def test_roles_cannot_log_in_and_are_nothing_special(db: psycopg.Connection, role: str) -> None:
    row = db.execute(
        "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = %s",
        [f"oceanid_{role}"],
    ).fetchone()
    assert row == (False, False, False, False, False)


@pytest.mark.parametrize(
    ("role", "statement", "allowed"),
    [
        ("analyst", "SELECT count(*) FROM ref.country", True),
        ("analyst", "SELECT count(*) FROM stage.documents", False),
        ("analyst", "UPDATE ref.country SET name = name", False),
        ("analyst", "SELECT count(*) FROM ops.job", False),
        ("analyst", "SELECT pgmq.metrics_all()", False),
        ("reviewer", "SELECT count(*) FROM ref.country", True),
        ("reviewer", "SELECT count(*) FROM stage.documents", False),
        ("operator", "SELECT count(*) FROM stage.documents", True),
        ("operator", "UPDATE stage.cleaning_rules SET enabled = enabled", True),
        ("operator", "SELECT pgmq.metrics_all()", True),
        ("operator", "DELETE FROM ops.deployed_object", False),
        ("operator", "DROP TABLE ref.country", False),
        ("worker", "SELECT count(*) FROM ref.country", True),
        ("worker", "DELETE FROM stage.documents", True),
        ("worker", "SELECT pgmq.send('ingest', '{}'::jsonb)", True),
        ("worker", "SELECT * FROM pgmq.read('ingest', 0, 1)", True),
        ("worker", "UPDATE ref.country SET name = name", False),
        ("worker", "UPDATE stage.cleaning_rules SET enabled = false", False),
        ("worker", "DELETE FROM ops.deployed_object", False),
        ("worker", "SELECT pgmq.create('t_mine')", False),
        ("worker", "UPDATE stage.uploader SET active = true", False),
        ("uploader", "SELECT stage.end_stale_uploads()", False),
        ("uploader", "SELECT stage.add_uploader('me', 'Me')", False),
        ("uploader", "SELECT count(*) FROM stage.uploads", False),
        ("uploader", "SELECT count(*) FROM stage.documents", False),
        ("uploader", "SELECT stage.refuse_upload(stage.uuid_v7(), 'size', 'x')", False),
        ("uploader", "SELECT stage.refuse_upload('018f0000-0000-7000-8000-000000000000', 'size', 'x')", True),
        ("raw_loader", "SELECT count(*) FROM stage.documents", False),
        ("raw_loader", "SELECT count(*) FROM ref.country", False),
        ("annotated_loader", "SELECT count(*) FROM stage.documents", False),
    ],
)
def test_each_role_may_do_its_work_and_no_more(
    db: psycopg.Connection, role: str, statement: str, allowed: bool
) -> None:
    db.execute(f"SET ROLE oceanid_{role}")
    if allowed:
        db.execute(statement)
    else:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(statement)


def test_loaders_insert_and_nothing_else(db: psycopg.Connection) -> None:
    query = """
        SELECT g.privilege_type FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL aclexplode(c.relacl) AS g
        WHERE g.grantee IN ('oceanid_raw_loader'::regrole, 'oceanid_annotated_loader'::regrole)
    """
    assert set(names(db, query, {})) == {"INSERT"}


def test_reference_files_are_sorted_into_existing_tables(db: psycopg.Connection) -> None:
    for path in sorted(Path(paths.db() / "reference").glob("*.csv")):
        assert db.execute("SELECT to_regclass(%s) IS NOT NULL", [path.stem]).fetchone() == (True,), path.name
