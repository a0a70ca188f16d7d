"""The check that every function is called by a test, itself checked."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.calls import never_called, record


def test_a_call_is_counted(db: psycopg.Connection, database_url: str, tmp_path: Path) -> None:
    db.execute("SELECT count(*) FROM ops.guard_operator_edits()")
    db.close()
    record(database_url, tmp_path)
    called = {line for file in tmp_path.glob("called-*") for line in file.read_text().splitlines()}
    assert "ops.guard_operator_edits" in called


def test_a_plpgsql_function_is_called_only_where_the_server_counted_it(tmp_path: Path) -> None:
    before = never_called(tmp_path)
    assert "ops.fail" in before
    (tmp_path / "called-1").write_text("ops.fail\n")
    assert "ops.fail" not in never_called(tmp_path)
