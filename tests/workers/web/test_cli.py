"""`oceanid review` in the terminal and `oceanid serve`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from tests.workers.web.face import House
from workers import cli_review, cli_serve
from workers.settings import get_settings

Oceanid = Callable[..., Any]


@pytest.fixture
def oceanid(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Oceanid]:
    """Runs a command with keys struck."""
    monkeypatch.setenv("DATABASE_URL", house.desk.url)
    monkeypatch.setenv("COLUMNS", "200")
    get_settings.cache_clear()
    app = typer.Typer()
    app.callback()(lambda: None)
    cli_review.register(app)
    cli_serve.register(app)
    house.desk.one("SELECT review.add_reviewer('maria', 'Maria')")
    yield lambda *words, keys="": CliRunner().invoke(app, words, input=keys)
    get_settings.cache_clear()


def test_review_lists_what_waits(oceanid: Oceanid) -> None:
    shown = oceanid("review").output
    assert "A human still has to decide" in shown and "Atlantis" in shown


def test_keys_answer_item_by_item(oceanid: Oceanid, house: House) -> None:
    shown = oceanid("review", "--as", "maria", keys="xcNorway\nrq")
    assert shown.exit_code == 0, shown.output
    assert "'x' is none of" in shown.output
    assert "Applied: “Atlantis” → NOR. 6 cells settled." in shown.output
    assert "2 answers given, 10 cells settled." in shown.output
    assert house.decisions(house.item("Atlantis")) == [("maria", "custom", "NOR", True)]
    assert house.decisions(house.item("Lemuria")) == [("maria", "reject", None, True)]


def test_skip_unsure_undo_and_a_refused_value(oceanid: Oceanid, house: House) -> None:
    shown = oceanid("review", "--as", "maria", keys="sucHyperborea\nrzsq").output
    assert "Noted as unsure" in shown
    assert "Not taken: Hyperborea cannot be" in shown
    assert "Taken back: 1 cell" in shown
    assert house.desk.one("SELECT count(*) FROM review.queue") == 3
    assert "Only skipped questions wait." in shown


def test_a_note_goes_with_the_answer_it_was_written_for(oceanid: Oceanid, house: House) -> None:
    shown = oceanid(
        "review", "--as", "maria", keys="nfirst thought\nnseen on the licence\ncNorway\nrq"
    ).output
    assert "n change the note" in shown
    notes = house.desk.rows("SELECT action, note FROM review.decisions ORDER BY decision_id")
    assert [(n["action"], n["note"]) for n in notes] == [("custom", "seen on the licence"), ("reject", None)]


def test_an_audit_asks_whether_the_clean_value_is_right(oceanid: Oceanid, house: House) -> None:
    house.desk.db.execute("UPDATE review.items SET status = 'withdrawn', closed_at = now()")
    house.desk.db.execute("UPDATE review.policy SET value = 1 WHERE name = 'audit_rate'")
    house.desk.clean(["Vessel Name", "Flag State"], [["BORA", "Norway"]], "AUDITED")
    house.desk.db.execute(
        "UPDATE review.items SET priority = 100 WHERE decision_on = 'audit' AND field = 'FLAG'"
    )
    shown = oceanid("review", "--as", "maria", keys="aq").output
    assert "is the clean value right?" in shown and "Read as NOR" in shown and "a Right: NOR" in shown
    assert house.desk.rows("SELECT action, result FROM review.decisions") == [
        {"action": "accept", "result": "NOR"}
    ]


def test_the_end_of_input_leaves(oceanid: Oceanid) -> None:
    assert "0 answers given" in oceanid("review", "--as", "maria").output


def test_only_reviewers_answer(oceanid: Oceanid, house: House) -> None:
    failed = oceanid("review", "--as", "nobody")
    assert failed.exit_code == 1 and "nobody is no active reviewer" in str(failed.exception)


def test_serve_needs_a_migrated_database(oceanid: Oceanid, new_database, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", new_database(migrated=False))
    get_settings.cache_clear()
    failed = oceanid("serve")
    assert failed.exit_code == 1 and "no review yet" in str(failed.exception)


def test_serve_answers_and_stops_cleanly(house: House) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = (
        "import typer; from workers import cli_serve; app = typer.Typer(); app.callback()(lambda: None);"
        " cli_serve.register(app); app()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--port", str(port)],
        env={
            **os.environ,
            "DATABASE_URL": house.desk.url,
            "OCEANID_HOME": str(house.desk.directory / "home"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                page = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline and server.poll() is None, "the server did not come up"
                time.sleep(0.1)
        assert page.status_code == 401 and "server" not in page.headers
        server.send_signal(signal.SIGINT)
        output, _ = server.communicate(timeout=20)
    finally:
        server.kill()
        server.wait()
    assert f"http://127.0.0.1:{port}/" in output and "Traceback" not in output
