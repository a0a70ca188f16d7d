"""docs/how-to/add-a-rule.md, add-a-field.md and add-a-schedule.md do what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import Desk

PAGES = Path(__file__).resolve().parents[2] / "docs/how-to"


def blocks(page: str) -> list[str]:
    """The SQL statements of a page, in order."""
    text = (PAGES / page).read_text()
    return [
        "\n".join(b.strip().splitlines())
        for b in re.findall(r"^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(database_url, tmp_path)
    yield desk
    desk.close()


def test_the_page_adds_a_rule_and_takes_it_back(desk: Desk) -> None:
    preview, insert, reclean, disable = blocks("add-a-rule.md")
    document_id = desk.column(["H0-3272", "HP2323", "3FPV3"], "Call sign")
    read = "SELECT cleaned_value, needs_review FROM stage.csv_extractions WHERE document_id = %s AND raw_value = 'H0-3272'"
    before = desk.rows(read, document_id)
    (shown,) = desk.rows(preview)
    assert (shown["cleaned_then"], shown["cells"], shown["review_now"], shown["review_then"]) == (
        "HO3272",
        1,
        True,
        False,
    )
    assert desk.rows(read, document_id) == before, "a preview changes nothing"
    desk.db.execute(insert)
    (changed,) = desk.rows(reclean)
    assert (changed["values_changed"], changed["cells_changed"]) == (1, 1)
    desk.drain()
    assert desk.rows(read, document_id) == [{"cleaned_value": "HO3272", "needs_review": False}]
    desk.db.execute(disable)
    desk.rows(reclean)
    desk.drain()
    assert desk.rows(read, document_id) == before


def test_the_page_adds_a_schedule(desk: Desk) -> None:
    function, row, watch = blocks("add-a-schedule.md")
    desk.db.execute(function)
    desk.db.execute(row)
    desk.db.execute("SELECT ops.run_due()")
    desk.db.execute(
        "UPDATE ops.schedule_state SET since = since - interval '1 day' WHERE name = 'ops.forget_old_jobs'"
    )
    assert desk.one("SELECT ops.run_due()") == 1
    desk.drain(["maintain"])
    status, longer, now, off = watch.split(";\n")
    (seen,) = (s for s in desk.rows(status) if s["name"] == "ops.forget_old_jobs")
    assert seen["last_state"] == "done" and seen["next_run_at"] > seen["last_run_at"]
    desk.db.execute(longer)
    desk.db.execute(now)
    desk.db.execute(off)
    assert {s["name"]: s["next_run_at"] for s in desk.rows(status)}["ops.forget_old_jobs"] is None


def test_the_page_adds_a_field(desk: Desk) -> None:
    field, remap = blocks("add-a-field.md")
    old = desk.column(["12.5", "80,25"], "Pull")
    desk.db.execute(field)
    new = desk.column(["12.50", "9000"], "Bollard pull (t)")
    read = (
        "SELECT c.field, c.mapping_method, array_agg(e.cleaned_value ORDER BY e.row_index) AS clean,"
        " array_agg(e.needs_review ORDER BY e.row_index) AS review"
        " FROM stage.columns AS c JOIN stage.csv_extractions AS e USING (document_id, column_position)"
        " WHERE c.document_id = %s AND c.column_position = 2 GROUP BY 1, 2"
    )
    (mapped,) = desk.rows(read, new)
    assert (mapped["field"], mapped["clean"], mapped["review"]) == (
        "BOLLARD_PULL",
        ["12.5", "9000"],
        [False, True],
    )
    assert desk.rows(remap)
    desk.drain()
    (mapped,) = desk.rows(read, old)
    assert (mapped["field"], mapped["mapping_method"], mapped["clean"]) == (
        "BOLLARD_PULL",
        "decision",
        ["12.5", "80.25"],
    )
