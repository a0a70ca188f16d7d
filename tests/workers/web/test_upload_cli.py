"""`oceanid upload` against a real server."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.workers.web.counter import CSV, Counter, Open, served
from workers import cli, cli_upload, runtime
from workers.errors import ConfigurationError, ServiceUnavailable
from workers.settings import Settings, get_settings

Oceanid = Callable[..., Any]


@pytest.fixture
def desk(open_counter: Open) -> Counter:
    return open_counter()


@pytest.fixture
def oceanid(desk: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Oceanid]:
    with served(desk) as port:
        monkeypatch.setenv("OCEANID_UPLOAD_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("OCEANID_UPLOAD_TOKEN", desk.token)
        monkeypatch.setenv("NO_PROXY", "*")
        get_settings.cache_clear()
        yield lambda *words: CliRunner().invoke(cli.app, ["upload", *map(str, words)])
    get_settings.cache_clear()


SOURCE = ("--source-type", "RFMO", "--source-name", "NEAFC")


def test_the_command_sends_files_and_says_what_each_is_now(
    oceanid: Oceanid, desk: Counter, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name, content in (("a.csv", CSV), ("b.csv", CSV), ("c.csv", CSV + b"X,Y,1\n" * 100_000)):
        (tmp_path / "in" / name).write_bytes(content)
    shown = oceanid(tmp_path / "in", *SOURCE)
    assert shown.exit_code == 0, shown.output
    assert (
        "a.csv (taken)" in shown.output
        and "b.csv (known already)" in shown.output
        and "c.csv (taken)" in shown.output
    )
    sizes = desk.db.execute("SELECT byte_size, sha256 FROM stage.documents ORDER BY byte_size").fetchall()
    assert [row["byte_size"] for row in sizes] == [len(CSV), len(CSV) + 600_000]
    assert sizes[0]["sha256"].hex() in shown.output


def test_a_refused_file_is_told_with_cause_and_cure_and_the_others_go_on(
    oceanid: Oceanid, desk: Counter, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(b"<html><body>Please log in</body></html>")
    (tmp_path / "b.csv").write_bytes(CSV)
    shown = oceanid(tmp_path / "a.csv", tmp_path / "b.csv", *SOURCE)
    assert shown.exit_code == 1
    assert "refused a.csv" in shown.output and "web page" in shown.output and "b.csv (taken)" in shown.output
    desk.limit("max_upload_bytes", 10)
    assert "the limit is 10" in oceanid(tmp_path / "b.csv", *SOURCE).output


def test_a_wrong_token_ends_the_command(oceanid: Oceanid, desk: Counter, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(CSV)
    desk.db.execute("UPDATE stage.uploader SET active = false")
    shown = oceanid(tmp_path / "a.csv", tmp_path / "b.csv", *SOURCE)
    assert shown.exit_code == 1 and shown.output.count("may no longer upload") == 1
    with pytest.raises(ConfigurationError, match="no token"):
        cli_upload.client_of(Settings(upload_token=None))


@pytest.mark.parametrize(
    ("content", "status"), [(CSV, "gated"), (b"Vessel Name\n\x00\x01\x02\x03\x04\xff" * 500, "rejected")]
)
def test_the_progress_is_shown_to_its_end(
    oceanid: Oceanid, desk: Counter, database_url: str, tmp_path: Path, content: bytes, status: str
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert oceanid(tmp_path / "a.csv", *SOURCE).exit_code == 0
    runtime.run(database_url, drain=True, settings=desk.settings)
    said = io.StringIO()
    doc_id = str(desk.one("SELECT document_uuid FROM stage.documents"))
    good = cli_upload.follow(cli_upload.client_of(get_settings()), doc_id, Console(file=said), 0.01)
    assert good is (status == "gated") and status in said.getvalue()


def test_a_job_that_was_given_up_ends_the_watching(oceanid: Oceanid, desk: Counter, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    oceanid(tmp_path / "a.csv", *SOURCE)
    desk.db.execute(
        "UPDATE ops.job SET state = 'dead', ended_at = now(), last_error = 'It broke.' WHERE queue = 'ingest'"
    )
    said = io.StringIO()
    doc_id = str(desk.one("SELECT document_uuid FROM stage.documents"))
    assert cli_upload.follow(cli_upload.client_of(get_settings()), doc_id, Console(file=said), 0.01) is False
    assert "It broke." in said.getvalue()


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(ServiceUnavailable, match="does not answer") as caught:
        cli_upload.Client("http://127.0.0.1:9", "x").terms()
    assert "OCEANID_UPLOAD_URL" in (caught.value.hint or "")
