"""The deployment: all or nothing, in any order of files, the same from anywhere."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from pgmq.install import get_embedded_install_sql

from tests.conftest import Server, server_version
from tests.workers.tree import Tree
from workers import deploy, paths
from workers.deploy_drift import drift
from workers.deploy_objects import SCHEMAS
from workers.deploy_revisions import revisions
from workers.errors import DeployError


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def empty(new_database: Callable[..., str]) -> str:
    return new_database(migrated=False)


def run(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as conn:
        cursor = conn.execute(query)
        return cursor.fetchall() if cursor.description else []


def differences(url: str, db: Path) -> list[tuple[str, str]]:
    with psycopg.connect(url) as conn:
        return [(d.kind, d.name) for d in drift(conn, db=db)]


def snapshot(url: str) -> dict[str, list[tuple]]:
    """Everything of our schemas and pgmq that the catalog knows, without object numbers and times."""
    schemas = [*SCHEMAS, "pgmq"]
    queries = {
        "routines": "SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc'), "
        "p.proacl::text, p.proowner::regrole::text FROM pg_proc p "
        "WHERE p.pronamespace = ANY(%s::text[]::regnamespace[]::oid[]) AND p.prokind <> 'a' ORDER BY 1",
        "relations": "SELECT c.oid::regclass::text, c.relkind::text, c.relacl::text, c.relowner::regrole::text, "
        "c.reloptions::text, obj_description(c.oid, 'pg_class'), "
        "CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) "
        "WHEN c.relkind = 'i' THEN pg_get_indexdef(c.oid) END "
        "FROM pg_class c WHERE c.relnamespace = ANY(%s::text[]::regnamespace[]::oid[]) ORDER BY 1",
        "columns": "SELECT a.attrelid::regclass::text, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), "
        "a.attnotnull, a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), "
        "col_description(a.attrelid, a.attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
        "WHERE c.relnamespace = ANY(%s::text[]::regnamespace[]::oid[]) AND a.attnum > 0 ORDER BY 1, 2",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = ANY(%s::text[]::regnamespace[]::oid[]) ORDER BY 1, 2",
        "triggers": "SELECT t.tgrelid::regclass::text, pg_get_triggerdef(t.oid) FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal "
        "AND c.relnamespace = ANY(%s::text[]::regnamespace[]::oid[]) ORDER BY 1, 2",
        "schemas": "SELECT nspname, nspacl::text, nspowner::regrole::text, obj_description(oid, 'pg_namespace') "
        "FROM pg_namespace WHERE oid = ANY(%s::text[]::regnamespace[]::oid[]) ORDER BY 1",
        "deployed": "SELECT object_identity, object_kind, path, sha256, definition_sha256 "
        "FROM ops.deployed_object WHERE %s::text[] IS NOT NULL ORDER BY 1",
    }
    with psycopg.connect(url) as conn:
        present = conn.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", [schemas]
        ).fetchall()
        conn.execute("SELECT set_config('search_path', '', true)")
        names = [row[0] for row in present]
        return {name: conn.execute(query, [names]).fetchall() for name, query in queries.items()}


FOLD = "CREATE OR REPLACE FUNCTION clean.t_fold(p_raw text) RETURNS text LANGUAGE sql IMMUTABLE RETURN upper(p_raw);"


def test_a_database_upgraded_step_by_step_equals_a_fresh_one(
    new_database: Callable[..., str], tmp_path: Path
) -> None:
    fresh = new_database()
    upgraded = new_database(migrated=False)
    real = paths.db()
    line = revisions(real)
    assert len(line) >= 4
    for n in range(1, len(line) + 1):
        old = Tree(tmp_path / str(n))
        for revision in line[:n]:
            shutil.copy(revision.sql, old.db / "migrations/sql")
            shutil.copy(
                real / "migrations/versions" / f"{revision.sql.stem}.py", old.db / "migrations/versions"
            )
        # Older shapes of objects: some vanish later, some change signature, columns or kind of result.
        argument = ["p_a integer", "p_b text", "p_a integer, p_b integer", "p_a integer"][n % 4]
        returns = ["integer", "bigint", "text", "integer"][n % 4]
        old.function(
            "ops.backoff",
            f"CREATE OR REPLACE FUNCTION ops.backoff({argument}) RETURNS {returns} LANGUAGE sql RETURN {n};",
        )
        old.view(
            "ops.queue_depth", f"CREATE OR REPLACE VIEW ops.queue_depth AS SELECT {n} AS col_{n}, 1 AS old;"
        )
        old.view("ops.t_gone", "CREATE OR REPLACE VIEW ops.t_gone AS SELECT * FROM ops.queue_depth AS q;")
        old.function(f"clean.t_gone_{n}", FOLD.replace("t_fold", f"t_gone_{n}"))
        deploy.migrate(upgraded, db=old.db)
        assert differences(upgraded, old.db) == []
    report = deploy.migrate(upgraded)
    assert "ops.t_gone" in report.dropped
    assert snapshot(upgraded) == snapshot(fresh)
    assert differences(upgraded, real) == []


def test_a_second_migrate_changes_nothing_and_is_fast(database_url: str) -> None:
    before = snapshot(database_url)
    began = time.monotonic()
    report = deploy.migrate(database_url)
    assert not report.changed
    assert time.monotonic() - began < 3
    assert snapshot(database_url) == before


def test_a_migrate_that_fails_changes_nothing(empty: str, tree: Tree) -> None:
    tree.function("clean.t_fold", FOLD)
    deploy.migrate(empty, db=tree.db)
    before = snapshot(empty)
    tree.revision("0002", "0001", "CREATE TABLE stage.t_new (a integer);")
    tree.function("clean.t_other", FOLD.replace("t_fold", "t_other"))
    tree.view(
        "stage.t_view", "CREATE OR REPLACE VIEW stage.t_view AS\nSELECT a,\n  nonsense FROM stage.t_new;"
    )
    with pytest.raises(
        DeployError, match=r"db/views/stage/t_view.sql, line 3: column \"nonsense\" does not exist"
    ):
        deploy.migrate(empty, db=tree.db)
    assert snapshot(empty) == before


def test_a_failing_revision_names_file_and_line(empty: str, tree: Tree) -> None:
    tree.revision("0002", "0001", "SELECT 1;\n\nCREATE TABLE stage.t (a nonsense);\n")
    with pytest.raises(DeployError, match=r"0002_test.sql, line 3: type \"nonsense\" does not exist"):
        deploy.migrate(empty, db=tree.db)
    assert run(empty, "SELECT to_regnamespace('stage'), to_regnamespace('pgmq')") == [(None, None)]


def test_several_migrates_at_once_are_one(empty: str, tree: Tree) -> None:
    tree.function("clean.t_fold", FOLD)
    reports: list[deploy.MigrationReport] = []
    threads = [
        threading.Thread(target=lambda: reports.append(deploy.migrate(empty, db=tree.db))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.changed for report in reports) == [False, False, False, True]


def test_migrates_of_two_databases_of_one_server_do_not_meet(
    new_database: Callable[..., str], tree: Tree
) -> None:
    urls = [new_database(migrated=False) for _ in range(3)]
    failed: list[Exception] = []

    def one(url: str) -> None:
        try:
            deploy.migrate(url, db=tree.db)
        except Exception as error:  # a thread's error must reach the test
            failed.append(error)

    threads = [threading.Thread(target=one, args=[url]) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_files_are_created_in_the_order_of_their_references(empty: str, tree: Tree) -> None:
    tree.view(
        "clean.a_view",
        "CREATE OR REPLACE VIEW clean.a_view AS SELECT clean.z_last('x') AS folded, b.* FROM clean.b_view AS b;",
    )
    tree.view("clean.b_view", "CREATE OR REPLACE VIEW clean.b_view AS SELECT 1 AS one;")
    tree.function(
        "clean.a_row",
        "CREATE OR REPLACE FUNCTION clean.a_row(p_row clean.a_view) RETURNS text LANGUAGE sql RETURN p_row.folded;",
    )
    tree.function(
        "clean.z_last", "-- clean.a_view in a comment is no reference\n" + FOLD.replace("t_fold", "z_last")
    )
    deploy.migrate(empty, db=tree.db)
    assert run(empty, "SELECT clean.a_row(a) FROM clean.a_view AS a") == [("X",)]


def test_plpgsql_functions_may_call_each_other(empty: str, tree: Tree) -> None:
    body = (
        "CREATE OR REPLACE FUNCTION clean.{0}(p_n integer) RETURNS integer LANGUAGE plpgsql "
        "SET search_path = pg_catalog, pg_temp AS $$ BEGIN IF p_n = 0 THEN RETURN 0; END IF; "
        "RETURN clean.{1}(p_n - 1); END $$;"
    )
    tree.function("clean.even", body.format("even", "odd"))
    tree.function("clean.odd", body.format("odd", "even"))
    deploy.migrate(empty, db=tree.db)
    assert run(empty, "SELECT clean.even(5)") == [(0,)]


def test_views_that_need_each_other_are_refused_by_name(empty: str, tree: Tree) -> None:
    tree.view("clean.one", "CREATE OR REPLACE VIEW clean.one AS SELECT * FROM clean.two;")
    tree.view("clean.two", "CREATE OR REPLACE VIEW clean.two AS SELECT * FROM clean.one;")
    with pytest.raises(DeployError, match=r"need each other.*one\.sql.*two\.sql"):
        deploy.migrate(empty, db=tree.db)


def test_a_file_must_define_what_its_path_says(empty: str, tree: Tree) -> None:
    tree.function("clean.wrong_name", FOLD)
    with pytest.raises(DeployError, match="wrong_name.sql does not define the function clean.wrong_name"):
        deploy.migrate(empty, db=tree.db)


def test_a_changed_signature_replaces_the_function_and_what_stands_on_it(empty: str, tree: Tree) -> None:
    tree.function("clean.t_fold", FOLD)
    tree.function(
        "clean.t_twice",
        "CREATE OR REPLACE FUNCTION clean.t_twice(p text) RETURNS text LANGUAGE sql RETURN clean.t_fold(p) || clean.t_fold(p);",
    )
    tree.view("clean.t_view", "CREATE OR REPLACE VIEW clean.t_view AS SELECT clean.t_twice('a') AS v;")
    deploy.migrate(empty, db=tree.db)
    tree.function(
        "clean.t_fold",
        "CREATE OR REPLACE FUNCTION clean.t_fold(p_raw text, p_suffix text DEFAULT '!') RETURNS text LANGUAGE sql IMMUTABLE RETURN upper(p_raw) || p_suffix;",
    )
    report = deploy.migrate(empty, db=tree.db)
    assert report.dropped == ["clean.t_fold(pg_catalog.text)"]
    assert run(empty, "SELECT v FROM clean.t_view") == [("A!A!",)]
    assert run(empty, "SELECT count(*) FROM pg_proc WHERE proname = 't_fold'") == [(1,)]
    assert differences(empty, tree.db) == []


def test_a_changed_result_type_and_changed_view_columns_are_replaced(empty: str, tree: Tree) -> None:
    tree.function(
        "clean.t_one", "CREATE OR REPLACE FUNCTION clean.t_one() RETURNS integer LANGUAGE sql RETURN 1;"
    )
    tree.view("clean.t_view", "CREATE OR REPLACE VIEW clean.t_view AS SELECT clean.t_one() AS a, 2 AS b;")
    tree.view("clean.t_upper", "CREATE OR REPLACE VIEW clean.t_upper AS SELECT t.* FROM clean.t_view AS t;")
    tree.function(
        "clean.t_row",
        "CREATE OR REPLACE FUNCTION clean.t_row(p clean.t_view) RETURNS text LANGUAGE sql RETURN p.a::text;",
    )
    deploy.migrate(empty, db=tree.db)
    tree.function(
        "clean.t_one", "CREATE OR REPLACE FUNCTION clean.t_one() RETURNS text LANGUAGE sql RETURN 'one';"
    )
    tree.view("clean.t_view", "CREATE OR REPLACE VIEW clean.t_view AS SELECT 0 AS zero, clean.t_one() AS a;")
    deploy.migrate(empty, db=tree.db)
    assert run(empty, "SELECT u.*, clean.t_row(t) FROM clean.t_upper AS u, clean.t_view AS t") == [
        (0, "one", "one")
    ]
    assert differences(empty, tree.db) == []


def test_objects_without_a_file_are_dropped(empty: str, tree: Tree) -> None:
    tree.function("clean.t_fold", FOLD)
    gone = tree.view("clean.t_gone", "CREATE OR REPLACE VIEW clean.t_gone AS SELECT clean.t_fold('a') AS v;")
    deploy.migrate(empty, db=tree.db)
    gone.unlink()
    assert ("orphan", "db/views/clean/t_gone.sql") in differences(empty, tree.db)
    assert deploy.migrate(empty, db=tree.db).dropped == ["clean.t_gone"]
    assert run(empty, "SELECT to_regclass('clean.t_gone')") == [(None,)]


def test_what_somebody_else_built_on_ours_is_never_dropped(empty: str, tree: Tree) -> None:
    tree.view("clean.t_view", "CREATE OR REPLACE VIEW clean.t_view AS SELECT 1 AS a;")
    deploy.migrate(empty, db=tree.db)
    run(empty, "CREATE VIEW public.mine AS SELECT * FROM clean.t_view")
    tree.view("clean.t_view", "CREATE OR REPLACE VIEW clean.t_view AS SELECT 'x' AS b;")
    with pytest.raises(DeployError, match=r"did not make: view .*mine") as caught:
        deploy.migrate(empty, db=tree.db)
    assert "Drop them" in (caught.value.hint or "")
    assert run(empty, "SELECT a FROM public.mine") == [(1,)]


def test_an_object_of_somebody_else_under_our_name_is_not_replaced(empty: str, tree: Tree) -> None:
    deploy.migrate(empty, db=tree.db)
    run(empty, "CREATE FUNCTION clean.t_fold(text) RETURNS text LANGUAGE sql RETURN 'mine'")
    tree.function("clean.t_fold", FOLD)
    with pytest.raises(DeployError, match=r"did not make these objects.*clean\.t_fold\(pg_catalog\.text\)"):
        deploy.migrate(empty, db=tree.db)


def test_a_revision_may_change_a_table_under_our_views(empty: str, tree: Tree) -> None:
    tree.revision("0002", "0001", "CREATE TABLE stage.t (a integer, b text);")
    tree.view("stage.t_view", "CREATE OR REPLACE VIEW stage.t_view AS SELECT a FROM stage.t;")
    deploy.migrate(empty, db=tree.db)
    tree.revision("0003", "0002", "ALTER TABLE stage.t ALTER COLUMN a TYPE bigint;")
    deploy.migrate(empty, db=tree.db)
    assert run(empty, "SELECT pg_typeof(a)::text FROM stage.t_view RIGHT JOIN (VALUES (1)) AS o ON true") == [
        ("bigint",)
    ]
    tree.revision(
        "0004",
        "0003",
        "ALTER TABLE stage.t DROP COLUMN b, DROP COLUMN a; ALTER TABLE stage.t ADD COLUMN c integer;",
    )
    tree.view("stage.t_view", "CREATE OR REPLACE VIEW stage.t_view AS SELECT c FROM stage.t;")
    assert deploy.migrate(empty, db=tree.db).revisions == ["0004"]
    assert differences(empty, tree.db) == []


def test_an_applied_revision_must_not_change(empty: str, tree: Tree) -> None:
    tree.revision("0002", "0001", "CREATE TABLE stage.t (a integer);")
    deploy.migrate(empty, db=tree.db)
    tree.revision("0002", "0001", "CREATE TABLE stage.t (a integer, b text);")
    assert differences(empty, tree.db) == [("changed file", "db/migrations/sql/0002_test.sql")]
    with pytest.raises(DeployError, match="0002_test.sql was changed after it had been applied"):
        deploy.migrate(empty, db=tree.db)


def test_a_database_newer_than_the_installation_is_left_alone(empty: str, tree: Tree, tmp_path: Path) -> None:
    tree.revision("0002", "0001", "CREATE TABLE stage.t (a integer);")
    deploy.migrate(empty, db=tree.db)
    older = Tree(tmp_path / "older")
    with pytest.raises(DeployError, match="at revision 0002, which this installation does not know"):
        deploy.migrate(empty, db=older.db)


def test_revisions_are_one_line(tree: Tree) -> None:
    tree.revision("0002", "0001", "SELECT 1;")
    tree.revision("0003", "0001", "SELECT 1;")
    with pytest.raises(DeployError, match="Two revisions follow 0001"):
        revisions(tree.db)
    tree.revision("0003", "0009", "SELECT 1;")
    with pytest.raises(DeployError, match="without a predecessor: 0003"):
        revisions(tree.db)


def test_drift_names_what_was_changed_by_hand_and_migrate_mends_it(empty: str, tree: Tree) -> None:
    tree.function("clean.t_fold", FOLD)
    tree.function("clean.t_lost", FOLD.replace("t_fold", "t_lost"))
    tree.view("clean.t_view", "CREATE OR REPLACE VIEW clean.t_view AS SELECT 1 AS a;")
    deploy.migrate(empty, db=tree.db)
    assert differences(empty, tree.db) == []
    run(
        empty,
        "CREATE OR REPLACE FUNCTION clean.t_fold(p_raw text) RETURNS text LANGUAGE sql IMMUTABLE RETURN lower(p_raw)",
    )
    run(empty, "CREATE OR REPLACE VIEW clean.t_view AS SELECT 2 AS a")
    run(empty, "DROP FUNCTION clean.t_lost")
    run(empty, "CREATE FUNCTION review.t_stray() RETURNS integer LANGUAGE sql RETURN 1")
    assert differences(empty, tree.db) == [
        ("changed object", "clean.t_fold(pg_catalog.text)"),
        ("missing object", "clean.t_lost(pg_catalog.text)"),
        ("changed object", "clean.t_view"),
        ("orphan", "review.t_stray()"),
    ]
    deploy.migrate(empty, db=tree.db)
    assert differences(empty, tree.db) == [("orphan", "review.t_stray()")]
    assert run(empty, "SELECT clean.t_fold('a'), clean.t_lost('a'), a FROM clean.t_view") == [("A", "A", 1)]


def test_drift_names_what_is_not_applied_yet(empty: str, tree: Tree) -> None:
    assert ("unapplied", "revision 0001") in differences(empty, tree.db)
    deploy.migrate(empty, db=tree.db)
    tree.revision("0002", "0001", "CREATE TABLE stage.t (a integer, shipped boolean NOT NULL DEFAULT false);")
    file = tree.function("clean.t_fold", FOLD)
    assert differences(empty, tree.db) == [
        ("unapplied", "revision 0002"),
        ("unapplied", "db/functions/clean/t_fold.sql"),
    ]
    deploy.migrate(empty, db=tree.db)
    file.write_text(FOLD.replace("upper", "lower"))
    assert differences(empty, tree.db) == [("changed file", "db/functions/clean/t_fold.sql")]


def test_a_database_that_is_not_utf8_is_refused(server_url: str, new_database: Callable[..., str]) -> None:
    name = f"t_latin_{time.monotonic_ns()}"
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc"
        )
        try:
            with pytest.raises(DeployError, match="needs UTF8"):
                deploy.migrate(server_url.replace("/postgres?", f"/{name}?"))
        finally:
            conn.execute(f"DROP DATABASE {name}")


def test_everything_belongs_to_the_owner_role(db: psycopg.Connection) -> None:
    query = """
        SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = ANY(%(s)s::text[]::regnamespace[]::oid[])
        AND c.relowner <> 'oceanid_owner'::regrole
        UNION ALL
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = ANY(%(s)s::text[]::regnamespace[]::oid[]) AND p.proowner <> 'oceanid_owner'::regrole
    """
    present = [s for (s,) in db.execute("SELECT nspname FROM pg_namespace") if s in SCHEMAS]
    assert db.execute(query, {"s": present}).fetchall() == []


def test_pgmq_is_installed_as_an_extension_where_the_server_has_it(server: Callable[..., Server]) -> None:
    """The extension is a double: pgmq's own script under an extension's control file."""
    if server_version() < 18:
        pytest.skip("extensions outside the server's own directory need PostgreSQL 18")
    directory = Path(tempfile.mkdtemp(prefix="oct-ext-"))
    try:
        (directory / "extension").mkdir()
        (directory / "extension" / "pgmq.control").write_text(
            "default_version = '1.13.0'\nschema = 'pgmq'\nrelocatable = false\nsuperuser = true\n"
        )
        (directory / "extension" / "pgmq--1.13.0.sql").write_text(get_embedded_install_sql())
        for path in (directory, directory / "extension"):
            path.chmod(0o755)
        private = server(extension_control_path=f"{directory}:$system")
        deploy.migrate(private.url)
        assert run(private.url, "SELECT extversion FROM pg_extension WHERE extname = 'pgmq'") == [("1.13.0",)]
        run(private.url, "SET ROLE oceanid_worker; SELECT pgmq.send('ingest', '{}'::jsonb)")
        assert run(
            private.url, "SELECT has_function_privilege('public', 'pgmq.purge_queue(text)', 'EXECUTE')"
        ) == [(False,)]
        assert not deploy.migrate(private.url).changed
    finally:
        shutil.rmtree(directory)
