"""The job `ingest` and the command that starts it, on a real database and a real directory."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from workers import cli, cli_ingest, progress
from workers.cli_ingest import Source, files_of, register_file
from workers.errors import OceanidError
from workers.jobs import ingest
from workers.objects import object_store
from workers.runtime import RunReport, run
from workers.settings import Settings, get_settings

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SOURCE = Source("RFMO", "TEST")
CSV = b"Vessel Name,Flag,IMO Number,Length\nORION,NZL,9000000,20.5\n\nSEA ROVER,ESP,9000137,21\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(object_store=str(tmp_path / "objects"))


class Desk:
    """What a test does: register bytes, run the worker, look at the result."""

    def __init__(self, db: psycopg.Connection, url: str, settings: Settings, folder: Path) -> None:
        self.db, self.url, self.settings, self.folder = db, url, settings, folder

    def register(self, content: bytes, name: str = "list.csv", **options: Any) -> int:
        path = self.folder / name
        path.write_bytes(content)
        return register_file(self.db, object_store(self.settings), path, SOURCE, options).document_id

    def work(self) -> RunReport:
        return run(self.url, ["ingest"], drain=True, settings=self.settings)

    def document(self, document_id: int) -> dict[str, Any]:
        with self.db.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            row = cursor.execute(
                "SELECT * FROM stage.documents WHERE document_id = %s", [document_id]
            ).fetchone()
        assert row is not None
        return row

    def cells(self, document_id: int) -> dict[int, list[str | None]]:
        """Row index → texts, None beyond a row's end, put together again from the dictionaries."""
        rows = self.db.execute(
            "SELECT r.row_index, array_agg(v.raw_value ORDER BY c.position)"
            " FROM stage.rows AS r CROSS JOIN unnest(r.value_nos) WITH ORDINALITY AS c (value_no, position)"
            " LEFT JOIN stage.raw_values AS v ON v.document_id = r.document_id"
            "  AND v.column_position = c.position AND v.value_no = c.value_no"
            " WHERE r.document_id = %s GROUP BY r.row_index ORDER BY r.row_index",
            [document_id],
        ).fetchall()
        return dict(rows)

    def nothing_is_stored(self) -> bool:
        counts = self.db.execute(
            "SELECT (SELECT count(*) FROM stage.rows), (SELECT count(*) FROM stage.raw_values),"
            " (SELECT count(*) FROM stage.columns), (SELECT count(*) FROM pgmq.q_clean)"
        ).fetchone()
        return counts == (0, 0, 0, 0)


@pytest.fixture
def desk(db: psycopg.Connection, database_url: str, settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "in"
    folder.mkdir()
    yield Desk(db, database_url, settings, folder)


def test_a_file_is_read_into_rows_and_dictionaries_and_the_next_job_is_sent(desk: Desk) -> None:
    document_id = desk.register(CSV)
    assert desk.work().done == 1
    document = desk.document(document_id)
    assert (document["status"], document["row_count"], document["column_count"]) == ("read", 2, 4)
    assert (document["header_row"], document["header_height"], document["format"]) == (1, 1, "csv")
    assert desk.cells(document_id) == {
        1: ["ORION", "NZL", "9000000", "20.5"],
        3: ["SEA ROVER", "ESP", "9000137", "21"],
    }
    lines = desk.db.execute("SELECT row_index, source_line FROM stage.rows ORDER BY 1").fetchall()
    assert lines == [(1, 2), (3, 4)]
    assert desk.db.execute("SELECT (message ->> 'document_id')::int FROM pgmq.q_clean").fetchall() == [
        (document_id,)
    ]
    names = desk.db.execute("SELECT column_name FROM stage.columns ORDER BY column_position").fetchall()
    assert [n for (n,) in names] == ["Vessel Name", "Flag", "IMO Number", "Length"]


def test_every_cell_is_counted_once_in_its_dictionary(desk: Desk) -> None:
    document_id = desk.register(b"Name,Flag\nA,NZL\nB,NZL\nC\nD,,extra\n")
    desk.work()
    assert desk.document(document_id)["column_count"] == 3
    counts = desk.db.execute(
        "SELECT column_position, raw_value, cell_count FROM stage.raw_values WHERE column_position > 1 ORDER BY 1, 2"
    ).fetchall()
    assert counts == [(2, "", 1), (2, "NZL", 2), (3, "extra", 1)]
    lengths = desk.db.execute("SELECT DISTINCT cardinality(value_nos) FROM stage.rows").fetchall()
    assert lengths == [(3,)]
    assert desk.cells(document_id) == {
        1: ["A", "NZL", None], 2: ["B", "NZL", None], 3: ["C", None, None], 4: ["D", "", "extra"],
    }  # fmt: skip
    warnings = [w["warning"] for w in desk.document(document_id)["warnings"]]
    assert warnings == ["short rows", "long rows"]


def test_a_file_that_cannot_be_read_is_rejected_with_cause_and_cure(desk: Desk) -> None:
    document_id = desk.register(b"\x1f\x8b...", "vessels.csv")
    report = desk.work()
    assert (report.done, report.dead, report.rejected) == (1, 0, 0)
    document = desk.document(document_id)
    assert document["status"] == "rejected"
    assert document["rejection"].startswith("The file is compressed with gzip. ")
    assert desk.nothing_is_stored()


def test_a_file_beyond_a_limit_leaves_nothing_behind(desk: Desk) -> None:
    desk.db.execute("UPDATE stage.limits SET value = 1 WHERE name = 'max_rows'")
    document_id = desk.register(CSV)
    desk.work()
    assert "max_rows" in desk.document(document_id)["rejection"]
    assert desk.nothing_is_stored()
    # The limit is a row: with it out of the way the same bytes are read.
    desk.db.execute("UPDATE stage.limits SET value = 100 WHERE name = 'max_rows'")
    assert desk.register(CSV) == document_id
    assert desk.work().done == 1
    assert desk.document(document_id)["status"] == "read"


def test_a_file_beyond_the_size_limit_is_refused_before_it_is_stored(desk: Desk, settings: Settings) -> None:
    desk.db.execute("UPDATE stage.limits SET value = 10 WHERE name = 'max_file_bytes'")
    with pytest.raises(OceanidError, match="the limit is 10"):
        desk.register(CSV)
    assert not Path(settings.object_store_location).exists()


def test_the_same_message_twice_writes_once(desk: Desk) -> None:
    document_id = desk.register(CSV)
    desk.work()
    before = desk.db.execute("SELECT count(*) FROM stage.rows").fetchone()
    desk.db.execute("SELECT ops.requeue('ingest', %s)", [f"ingest:{document_id}"])
    assert desk.work().done == 1
    assert desk.db.execute("SELECT count(*) FROM stage.rows").fetchone() == before


def test_two_readers_of_one_document_write_once(desk: Desk, settings: Settings, database_url: str) -> None:
    """Both handlers did their work before either commits: the second finds the document read."""
    document_id = desk.register(CSV)
    job = _job(document_id)
    first, second = (ingest.handle(job, services) for services in (_services(desk), _services(desk)))
    for commit in (first, second):
        with psycopg.connect(database_url) as conn:
            commit(conn)
    assert desk.document(document_id)["status"] == "read"
    assert desk.db.execute("SELECT count(*) FROM stage.rows").fetchone() == (2,)


def test_a_commit_that_fails_leaves_nothing_behind(desk: Desk, database_url: str) -> None:
    document_id = desk.register(CSV)
    commit = ingest.handle(_job(document_id), _services(desk))
    desk.db.execute(
        "INSERT INTO stage.columns (document_id, column_position, column_name) VALUES (%s, 4, 'x')",
        [document_id],
    )
    with pytest.raises(psycopg.errors.UniqueViolation), psycopg.connect(database_url) as conn:
        commit(conn)
    desk.db.execute("DELETE FROM stage.columns")
    assert desk.nothing_is_stored()
    assert desk.document(document_id)["status"] == "received"


def test_a_job_whose_object_is_gone_is_a_dead_letter_that_can_be_sent_again(
    desk: Desk, settings: Settings
) -> None:
    document_id = desk.register(CSV)
    shutil.rmtree(settings.object_store_location)
    assert desk.work().dead == 1
    assert desk.document(document_id)["status"] == "received"
    assert desk.register(CSV) == document_id
    desk.db.execute("SELECT ops.requeue('ingest', %s)", [f"ingest:{document_id}"])
    assert desk.work().done == 1
    assert desk.document(document_id)["status"] == "read"


def test_an_object_that_was_changed_from_outside_is_not_read(desk: Desk, settings: Settings) -> None:
    document_id = desk.register(CSV)
    key = desk.document(document_id)["object_key"]
    (Path(settings.object_store_location) / key).write_bytes(b"Name\nX\n")
    assert desk.work().dead == 1
    error = desk.db.execute("SELECT error FROM ops.dead_letters").fetchone()
    assert error is not None and "SHA-256" in str(error[0])


def test_declared_options_reach_the_reader(desk: Desk) -> None:
    content = "Nombre;Puerto\nŁódź, Ś;Gdańsk\n".encode("cp1250")
    document_id = desk.register(content, encoding="cp1250", delimiter="semicolon", header_row=1)
    desk.work()
    document = desk.document(document_id)
    assert (document["encoding"], document["encoding_method"], document["delimiter"]) == (
        "cp1250",
        "declared",
        ";",
    )
    assert desk.cells(document_id) == {1: ["Łódź, Ś", "Gdańsk"]}


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [("nafo_2025.xlsx", 80, 8), ("neafc_2025.csv", 2236, 14), ("sprfmo_2025.csv", 2765, 25)],
)
def test_a_shipped_sample_is_read_cell_for_cell(desk: Desk, name: str, rows: int, columns: int) -> None:
    document_id = register_file(desk.db, object_store(desk.settings), SAMPLES / name, SOURCE).document_id
    desk.work()
    document = desk.document(document_id)
    assert (document["status"], document["row_count"], document["column_count"]) == ("read", rows, columns)
    assert document["warnings"] == []
    if name.endswith(".csv"):
        with (SAMPLES / name).open(encoding="utf-8-sig", newline="") as stream:
            expected = list(csv.reader(stream))
        headers = desk.db.execute("SELECT header_raw FROM stage.columns ORDER BY column_position").fetchall()
        assert [h for (h,) in headers] == expected[0]
        assert list(desk.cells(document_id).values()) == expected[1:]


def test_a_directory_stands_for_the_files_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.csv", "deep/a.xlsx", ".hidden", "~$lock.xlsx"):
        (tmp_path / name).write_bytes(b"x")
    assert files_of([tmp_path, tmp_path / "b.csv"]) == [tmp_path / "b.csv", tmp_path / "deep/a.xlsx"]
    with pytest.raises(OceanidError, match="no file"):
        files_of([tmp_path / "nowhere"])
    with pytest.raises(OceanidError, match="no file"):
        (tmp_path / "empty").mkdir()
        files_of([tmp_path / "empty"])


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, database_url: str, settings: Settings) -> Iterator[CliRunner]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("OCEANID_OBJECT_STORE", str(settings.object_store))
    get_settings.cache_clear()
    yield CliRunner()
    get_settings.cache_clear()


def test_the_command_registers_files_and_says_which_were_known(
    command: CliRunner, tmp_path: Path, db: psycopg.Connection
) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    (tmp_path / "b.csv").write_bytes(CSV + b"X,Y,1,2\n")
    call = ["ingest", str(tmp_path / "a.csv"), "--source-type", "RFMO", "--source-name", "NEAFC"]
    first = command.invoke(_app(), call)
    assert first.exit_code == 0, first.output
    again = command.invoke(_app(), [*call, str(tmp_path / "b.csv"), "--list", "carriers"])
    assert "known already" in again.output and "(registered)" in again.output
    assert db.execute("SELECT list_name, version_no FROM stage.documents ORDER BY 1").fetchall() == [
        ("carriers", 1), ("vessels", 1),
    ]  # fmt: skip


def test_the_command_reports_a_rejection_and_fails(
    command: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_bytes(b"<html><body>Please log in</body></html>")
    call = ["ingest", str(tmp_path / "a.csv"), "--source-type", "RFMO", "--source-name", "NEAFC", "--wait"]
    result = command.invoke(_app(), call)
    assert result.exit_code == 1
    assert "web page" in result.output


def test_waiting_works_the_queues_off_where_no_worker_lives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("OCEANID_OBJECT_STORE", str(settings.object_store))
    get_settings.cache_clear()
    document_id = desk.register(b"\x89PNG\r\n\x1a\n")
    (waited,) = progress.wait_for(desk.url, [document_id], timeout=60, console=Console(file=io.StringIO()))
    get_settings.cache_clear()
    assert (waited.status, waited.settled) == ("rejected", True)


def test_waiting_ends_when_the_questions_are_in_the_queue(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("OCEANID_OBJECT_STORE", str(settings.object_store))
    get_settings.cache_clear()
    document_id = desk.register(CSV + b"A,Atlantis,9000137,9\n")
    (waited,) = progress.wait_for(desk.url, [document_id], timeout=60, console=Console(file=io.StringIO()))
    get_settings.cache_clear()
    assert (waited.status, waited.asked, waited.settled) == ("gated", True, True)
    row = desk.db.execute("SELECT count(*) > 0 FROM review.queue").fetchone()
    assert row == (True,)
    desk.db.execute("SELECT ops.requeue('ask', job_key) FROM ops.job WHERE queue = 'ask'")
    with pytest.raises(OceanidError, match="not done after"):
        progress.wait_for(desk.url, [document_id], timeout=0, console=Console(file=io.StringIO()))


def test_waiting_for_nothing_ends_at_once(database_url: str) -> None:
    assert progress.wait_for(database_url, []) == []


def test_waiting_has_an_end(desk: Desk) -> None:
    document_id = desk.register(CSV)
    desk.db.execute(
        "INSERT INTO ops.worker_heartbeat (worker, host, pid, queues, state) VALUES ('w', 'h', 1, '{ingest}', 'idle')"
    )
    with pytest.raises(OceanidError, match="not done after"):
        progress.wait_for(desk.url, [document_id], timeout=0.3, console=Console(file=io.StringIO()))


def _app() -> Any:
    # Until the command line joins this group itself, and after it does.
    if not any(getattr(c.callback, "__name__", "") == "ingest" for c in cli.app.registered_commands):
        cli_ingest.register(cli.app)
    return cli.app


def _job(document_id: int) -> Any:
    from datetime import UTC, datetime, timedelta

    from workers.runtime import Job

    return Job(
        "ingest", 1, 1, "k", {"document_id": document_id}, 1, 3, datetime.now(UTC), timedelta(seconds=30)
    )


def _services(desk: Desk) -> Any:
    from workers.runtime import Services

    return Services(desk.url, desk.settings)
