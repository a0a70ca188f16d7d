"""Several processes, signals, the command, and the registry of handlers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from tests.workers.runtime_handlers import HANDLERS
from tests.workers.runtime_process import ROOT, each_once, prepare, results, settled, until
from workers import jobs
from workers.cli_worker import register, summary
from workers.errors import ConfigurationError
from workers.jobs import discover
from workers.runtime_processes import Plan, run_many
from workers.runtime_types import RunReport
from workers.settings import get_settings


def test_several_processes_share_the_work(database_url: str, db: psycopg.Connection) -> None:
    keys = [f"k{number}" for number in range(6)]
    prepare(db, *keys, seconds=0.3)
    report = run_many(Plan(database_url, drain=True, handlers=HANDLERS), processes=2)
    assert report.done == 12
    assert results(db) == each_once(*keys)
    assert db.execute("SELECT count(DISTINCT worker) FROM ops.job WHERE queue = 'clean'").fetchall() == [(2,)]
    assert settled(db)


CREW = """
from tests.workers.runtime_handlers import HANDLERS
from workers.runtime_processes import Plan, run_many
import sys
if __name__ == "__main__":
    print(run_many(Plan(sys.argv[1], handlers=HANDLERS), processes=2).done)
"""


def test_a_killed_process_is_replaced_and_sigterm_ends_them_all(
    database_url: str, db: psycopg.Connection, tmp_path: Path
) -> None:
    prepare(db)
    script = tmp_path / "crew.py"
    script.write_text(CREW)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    crew = subprocess.Popen(
        [sys.executable, str(script), database_url], env=environment, text=True, stdout=subprocess.PIPE
    )

    def pids() -> set[int]:
        return {
            row[0]
            for row in db.execute("SELECT pid FROM ops.worker_status WHERE alive AND state <> 'stopped'")
        }

    try:
        until(lambda: len(pids()) == 2)
        first = pids()
        os.kill(min(first), signal.SIGKILL)
        until(lambda: len(pids()) == 3)  # the killed one cannot say goodbye
        db.execute("SELECT ops.enqueue('clean', '{}', 'k')")
        until(lambda: results(db) == each_once("k"))
        crew.send_signal(signal.SIGTERM)
        assert crew.wait(timeout=15) == 0
        assert crew.communicate()[0].strip() == "2"
    finally:
        crew.kill()
        crew.wait()
    assert settled(db)


def test_processes_end_when_the_one_that_started_them_is_killed(
    database_url: str, db: psycopg.Connection, tmp_path: Path
) -> None:
    prepare(db)
    script = tmp_path / "crew.py"
    script.write_text(CREW)
    crew = subprocess.Popen(
        [sys.executable, str(script), database_url],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: len(db.execute("SELECT FROM ops.worker_status WHERE alive").fetchall()) == 2)
    crew.kill()
    crew.wait()
    until(
        lambda: (
            db.execute("SELECT count(*) FROM ops.worker_status WHERE state = 'stopped'").fetchall() == [(2,)]
        )
    )


def test_a_mistake_a_person_can_mend_ends_all_processes_with_its_message(database_url: str) -> None:
    with pytest.raises(ConfigurationError, match="No handler for the queue nowhere"):
        run_many(Plan(database_url, queues=["nowhere"], handlers=HANDLERS), processes=2)


def test_the_command_drains_and_says_what_it_did(
    database_url: str, db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(db, "k")
    monkeypatch.setenv("DATABASE_URL", database_url)
    get_settings.cache_clear()
    monkeypatch.setattr("workers.runtime.discover", lambda: HANDLERS)
    app = typer.Typer()
    register(app)
    app.command()(lambda: None)  # with a single command typer would make it the application
    try:
        done = CliRunner().invoke(app, ["worker", "--drain", "--queue", "clean"])
    finally:
        get_settings.cache_clear()
    assert done.exit_code == 0, done.output
    assert "1 done" in done.output
    assert results(db) == [("clean", "k")]


def test_the_summary_names_only_what_happened() -> None:
    assert summary(RunReport()) == "nothing to do"
    assert summary(RunReport(done=1200, dead=1, failed=5)) == (
        "1,200 done, 5 failed attempts, 1 dead letters; SELECT * FROM ops.dead_letters says why"
    )
    assert summary(RunReport(left=2) + RunReport(left=2, done=1)) == "1 done, 2 left in the queues"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory in the place of workers.jobs."""
    monkeypatch.setattr(jobs, "__path__", [str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path  # type: ignore[misc]
    for name in set(sys.modules) - before:
        del sys.modules[name]


def module(package: Path, name: str, text: str) -> None:
    """Write a module of workers.jobs."""
    (package / f"{name}.py").write_text(textwrap.dedent(text))


def test_a_module_with_a_queue_and_a_handler_is_found(package: Path) -> None:
    module(package, "extract", "QUEUE = 'extract'\ndef handle(job, services): ...")
    module(package, "helpers", "def helper(): ...")
    assert list(discover()) == ["extract"]


def test_a_queue_without_handler_or_with_two_is_refused(package: Path) -> None:
    module(package, "one", "QUEUE = 'extract'")
    with pytest.raises(ConfigurationError, match="no function `handle`"):
        discover()
    module(package, "other", "QUEUE = 'extract'\ndef handle(job, services): ...")
    module(package, "two", "QUEUE = 'extract'\ndef handle(job, services): ...")
    (package / "one.py").unlink()
    with pytest.raises(ConfigurationError, match="Two modules"):
        discover()
