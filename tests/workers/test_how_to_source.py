"""docs/how-to/add-a-source.md does what it says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from workers.cli import app
from workers.settings import get_settings

PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/add-a-source.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory to work in, with the environment of somebody who set the database up."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("OCEANID_OBJECT_STORE", str(tmp_path / "objects"))
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


def run(command: str) -> str:
    program, *arguments = shlex.split(command)
    assert program == "oceanid"
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_page_adds_a_source(folder: Path, db: psycopg.Connection) -> None:
    first, second = blocks("sh")
    (table,) = blocks("csv")
    found, columns, words, trust, rejected, limit = blocks("sql")
    (folder / "fleet-2024.csv").write_text(table, encoding="utf-8")
    assert "2 rows, 5 columns" in run(first)
    assert db.execute(found).fetchone() == (
        "gated", "csv", "utf-8", "strict decoding", ";", 3, 2,
        [["Fleet register"], ["as of 31 January 2024"]], [],
    )  # fmt: skip
    fields = {row[1]: row[2] for row in db.execute(columns).fetchall()}
    assert (fields["Pabellón"], fields["IMO"]) == ("FLAG", "IMO")

    db.execute(words)
    db.execute(trust)
    (folder / "fleet-2025.csv").write_text(table.replace("2024", "2025"), encoding="utf-8")
    run(second)
    fields = {row[1]: row[2] for row in db.execute(columns.replace("2024", "2025")).fetchall()}
    assert (fields["Nave"], fields["Señal"]) == ("VESSEL_NAME", "IRCS")
    assert db.execute(
        "SELECT array_agg(version_no ORDER BY document_id) FROM stage.documents"
    ).fetchone() == ([1, 2],)

    assert db.execute(rejected).fetchall() == []
    assert db.execute(limit).rowcount == 1


def test_every_option_of_the_page_exists() -> None:
    result = CliRunner().invoke(app, ["ingest", "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    for option in re.findall(r"^\| `(--[a-z-]+)`", PAGE, re.MULTILINE):
        assert option in result.output
