"""docs/how-to/add-a-worker.md does what it says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.workers.runtime_process import ROOT
from workers import jobs
from workers.runtime import run

PAGE = (ROOT / "docs/how-to/add-a-worker.md").read_text()


def blocks(language: str) -> list[str]:
    """The page's code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty directory in the place of workers.jobs."""
    monkeypatch.setattr(jobs, "__path__", [str(tmp_path)])
    yield tmp_path
    sys.modules.pop("workers.jobs.measure", None)


def test_the_page_adds_a_worker(database_url: str, db: psycopg.Connection, package: Path) -> None:
    queue, table, send, watch, requeue = blocks("sql")
    (module,) = blocks("python")
    existing = package / "existing"
    existing.write_text("12345")
    (package / "measure.py").write_text(module)
    db.execute(queue)
    db.execute(table)
    db.execute(send.replace("/etc/hostname", str(existing)))
    (command,) = blocks("sh")
    assert command.split() == ["oceanid", "worker", "--queue", "measure", "--drain"]
    report = run(database_url, ["measure"], drain=True)
    assert (report.done, report.rejected) == (1, 1)
    assert db.execute("SELECT path, bytes FROM stage.file_length").fetchall() == [(str(existing), 5)]
    for statement in watch.strip().splitlines():
        assert db.execute(statement).fetchall(), statement
    db.execute(requeue)
    assert run(database_url, ["measure"], drain=True).rejected == 1
