"""`oceanid promote`, `rollback` and `trace`: what a person sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.db.promote import promoting
from tests.documents import Desk
from workers.cli import app
from workers.settings import get_settings


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(database_url, tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def shell(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    monkeypatch.setenv("DATABASE_URL", desk.url)
    monkeypatch.setenv("OCEANID_HOME", str(desk.settings.home_path))
    monkeypatch.setenv("COLUMNS", "300")
    get_settings.cache_clear()
    yield CliRunner()
    get_settings.cache_clear()


def test_a_dry_run_is_shown_then_done_then_taken_back(desk: Desk, shell: CliRunner) -> None:
    document_id = promoting.listed(desk)
    foretold = shell.invoke(app, ["promote", "--dry-run"])
    assert foretold.exit_code == 0 and "nothing was changed" in foretold.output
    assert promoting.vessels(desk) == []
    done = shell.invoke(app, ["promote", str(document_id)])
    assert done.exit_code == 0 and re.search(r"promoted +5 +5 +0 +0 +5 +0 +0 +1\.000 +0\.99", done.output), (
        done.output
    )
    run_id = desk.one("SELECT run_id FROM stage.promotion_log")
    back = shell.invoke(app, ["rollback", str(run_id), "--as", "maria", "--why", "a test"])
    assert back.exit_code == 0 and "5 records withdrawn" in back.output
    assert promoting.vessels(desk) == []


def test_what_is_held_is_shown_with_its_reason(desk: Desk, shell: CliRunner) -> None:
    desk.db.execute("UPDATE promote.policy SET value = 0.9 WHERE policy = 'minimum_coverage'")
    promoting.listed(desk, [*promoting.VESSELS, ["V6", "", "9244946", "NOR", "LAAC", "30", "99"]])
    output = shell.invoke(app, ["promote"]).output
    assert "name: VESSEL_NAME has no value" in output
    document_id = promoting.listed(desk, [["V6", "", "9244946", "NOR", "LAAC", "30", "99"]] * 2, "OTHER")
    output = shell.invoke(app, ["promote", str(document_id)]).output
    assert f"Document {document_id} is held: coverage: 0.66" in output


def test_where_nothing_is_due_it_says_so(shell: CliRunner) -> None:
    assert "Nothing is due" in shell.invoke(app, ["promote"]).output


def test_a_value_is_traced_to_its_bytes(desk: Desk, shell: CliRunner) -> None:
    document_id = promoting.listed(desk)
    promoting.promote(desk, document_id)
    vessel = desk.one("SELECT id FROM curated.vessels WHERE vessel_name = 'SEA EAGLE'")
    result = shell.invoke(app, ["trace", str(vessel), "imo_number"])
    place = re.search(r"line 3, bytes (\d+)–(\d+)", result.output)
    assert place is not None, result.output
    content = (desk.directory / "list-1.csv").read_bytes()[int(place[1]) : int(place[2])]
    assert content == b"V2,SEA EAGLE,8814275,ISL,TFAC,31,190\r\n"


def test_a_file_that_is_gone_is_traced_to_its_line(desk: Desk, shell: CliRunner) -> None:
    promoting.promote(desk, promoting.listed(desk))
    for path in (desk.settings.home_path / "objects").rglob("*.csv"):
        path.unlink()
    vessel = desk.one("SELECT min(id) FROM curated.vessels")
    result = shell.invoke(app, ["trace", str(vessel), "vessel_name"])
    assert "line 2 (the file is gone from the store)" in result.output, result.output


@pytest.mark.parametrize("command", [["rollback", "99"], ["promote", "99"], ["trace", "99"]])
def test_what_is_not_there_is_an_error_with_a_cure(shell: CliRunner, command: list[str]) -> None:
    result = shell.invoke(app, command)
    assert result.exit_code == 1 and "there is no" in result.output and "Cure:" in result.output
