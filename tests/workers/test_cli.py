"""The command line: what it prints, what it refuses, how it fails."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

import workers
from workers.cli import app
from workers.settings import get_settings

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, home: Path) -> Run:
    monkeypatch.setenv("OCEANID_HOME", str(home))

    def call(*arguments: str, database_url: str = "", stdin: str | None = None) -> Any:
        monkeypatch.setenv("DATABASE_URL", database_url)
        get_settings.cache_clear()
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return call


def test_every_command_explains_itself(run: Run) -> None:
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        result = run(name, "--help")
        assert result.exit_code == 0
        assert command.callback.__doc__.split(".")[0].split("`")[0].split()[0] in result.stdout


def test_version_is_the_packages(run: Run) -> None:
    assert run("version").stdout.startswith(f"oceanid {workers.__version__} ")


def test_migrate_says_what_it_did_and_then_that_nothing_is_left(
    run: Run, new_database: Callable[..., str]
) -> None:
    url = new_database(migrated=False)
    first = run("migrate", database_url=url)
    assert first.exit_code == 0
    assert first.stdout.startswith("revisions: ")
    assert "Migrated in" in first.stdout
    assert run("migrate", database_url=url).stdout.startswith("Up to date")


def test_sql_prints_a_table(run: Run, database_url: str) -> None:
    result = run("sql", "SELECT 1 AS one, '[x]' AS two, NULL AS three", database_url=database_url)
    assert result.exit_code == 0
    assert "one" in result.stdout
    assert "[x]" in result.stdout
    assert "1 row" in result.stderr


def test_sql_prints_csv_that_reads_back(run: Run, database_url: str) -> None:
    query = "SELECT n, 'a\"b,' || chr(10) AS t, NULL AS e, true AS b, '{\"k\": [1]}'::jsonb AS j FROM generate_series(1, 3) AS n"
    result = run("sql", query, "--format", "csv", database_url=database_url)
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows[0] == ["n", "t", "e", "b", "j"]
    assert rows[3] == ["3", 'a"b,\n', "", "true", '{"k": [1]}']


def test_sql_prints_json_that_reads_back(run: Run, database_url: str) -> None:
    query = "SELECT 1.5 AS d, 2.0 AS i, date '2024-02-29' AS day, 'é' AS t, NULL AS e, ARRAY[1, 2] AS a"
    result = run("sql", query, "-f", "json", database_url=database_url)
    assert json.loads(result.stdout) == [
        {"d": 1.5, "i": 2, "day": "2024-02-29", "t": "é", "e": None, "a": [1, 2]}
    ]
    empty = run("sql", "SELECT 1 AS a WHERE false", "-f", "json", database_url=database_url)
    assert json.loads(empty.stdout) == []


def test_sql_prints_many_rows_as_csv_and_the_first_ones_as_a_table(run: Run, database_url: str) -> None:
    query = "SELECT n FROM generate_series(1, 5000) AS n"
    assert run("sql", query, "-f", "csv", database_url=database_url).stdout.count("\n") == 5001
    table = run("sql", query, database_url=database_url)
    assert "The first 1000 rows" in table.stderr


def test_sql_reads_standard_input(run: Run, database_url: str) -> None:
    assert "42" in run("sql", "-", stdin="SELECT 42 AS answer", database_url=database_url).stdout


def test_sql_changes_nothing_unless_it_may(run: Run, database_url: str) -> None:
    create = "CREATE TABLE public.t_new (a integer)"
    refused = run("sql", create, database_url=database_url)
    assert refused.exit_code == 1
    assert "Add --write" in refused.stderr
    # A second statement behind a COMMIT would leave the read-only transaction.
    sneaked = run("sql", f"COMMIT; {create}", database_url=database_url)
    assert sneaked.exit_code == 1
    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT to_regclass('public.t_new')").fetchone() == (None,)
    assert run("sql", create, "--write", database_url=database_url).exit_code == 0
    written = run(
        "sql", "INSERT INTO public.t_new VALUES (7) RETURNING a", "--write", database_url=database_url
    )
    assert "7" in written.stdout
    with psycopg.connect(database_url) as conn:
        assert conn.execute("SELECT a FROM public.t_new").fetchone() == (7,)


def test_errors_say_cause_and_cure_without_a_traceback(run: Run, database_url: str) -> None:
    wrong = run("sql", "SELECT nothing", database_url=database_url)
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith('Error: column "nothing" does not exist')
    away = run("sql", "SELECT 1", database_url="postgresql://u:geheim@127.0.0.1:1/d")
    assert away.exit_code == 1
    assert "Error: Cannot connect to postgresql://u:***@127.0.0.1:1/d" in away.stderr
    assert "Cure: Check DATABASE_URL" in away.stderr
    assert "Traceback" not in wrong.stderr + away.stderr
    assert "geheim" not in away.stderr


def test_an_own_error_of_the_database_keeps_its_hint(run: Run, database_url: str) -> None:
    query = (
        "DO $$ BEGIN RAISE EXCEPTION 'no such run' USING ERRCODE = 'OC404', HINT = 'Look at ops.job.'; END $$"
    )
    result = run("sql", query, database_url=database_url)
    assert result.exit_code == 1
    assert "no such run" in result.stderr
    assert "Look at ops.job." in result.stderr


def test_doctor_fails_where_something_is_wrong(
    run: Run, database_url: str, new_database: Callable[..., str]
) -> None:
    assert run("doctor", database_url=database_url).exit_code == 0
    sick = run("doctor", database_url=new_database(migrated=False))
    assert sick.exit_code == 1
    assert "cure: Run `oceanid migrate`." in sick.stdout


def test_up_starts_nothing_where_a_database_is_given(run: Run, database_url: str) -> None:
    result = run("up", database_url=database_url)
    assert result.exit_code == 0
    assert "no embedded PostgreSQL is started" in result.stderr
    assert "No server runs" in run("down", database_url=database_url).stdout


def test_up_starts_and_down_stops_the_embedded_server(run: Run) -> None:
    try:
        url = run("up").stdout.strip()
        assert url.startswith("postgresql://postgres@/oceanid?host=")
        with psycopg.connect(url) as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        assert "Stopped the server" in run("down").stdout


def test_help_is_quick() -> None:
    """Help must not wait for libraries that only single commands need."""
    code = "import sys; import workers.cli; print([m for m in ('boto3', 'duckdb', 'alembic', 'rapidfuzz') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
