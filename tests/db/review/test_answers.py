"""Answers about values: checked like any cell, and applied to every cell that shares the text."""

from __future__ import annotations

import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, refused, undo
from tests.documents import Desk

pytestmark = pytest.mark.usefixtures("people")


def test_a_custom_value_settles_every_cell_that_shares_the_text(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR", "Atlantis")
    outcome = decide(desk, item(desk)["item_id"], "custom", "Norway", note="seen on the licence")
    assert (outcome["outcome"], outcome["result"], outcome["cells_settled"]) == ("applied", "NOR", 2)
    assert desk.cleaned(document_id, 2) == ["NOR", "NOR", "NOR"]
    assert [c["review_status"] for c in desk.cells(document_id, 2)] == ["decided", "not_needed", "decided"]
    (row,) = desk.rows("SELECT * FROM review.decisions")
    assert (row["reviewer"], row["note"], row["value"], row["result"]) == (
        "maria",
        "seen on the licence",
        "Norway",
        "NOR",
    )
    assert row["seen"]["subject"] == "Atlantis" and row["seen"]["cells"] == 2 and row["applied"]
    assert desk.decisions() == []


def test_accept_takes_the_proposal(desk: Desk) -> None:
    document_id = desk.column(["2450", "24.5", "31.2"], "Length (m)")
    asked = item(desk)
    outcome = decide(desk, asked["item_id"], "accept")
    expected = asked["proposal"] or asked["machine_value"]
    assert outcome["result"] == expected and desk.cleaned(document_id, 2)[0] == expected


def test_reject_says_that_nobody_knows_the_value(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR")
    assert decide(desk, item(desk)["item_id"], "reject")["result"] == "NULL unknown"
    assert desk.cleaned(document_id, 2) == ["(unknown)", "NOR"]


def test_custom_may_say_why_there_is_no_value(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR")
    assert "no reason" in refused(desk, item(desk)["item_id"], "custom", "NULL whatever")
    assert (
        decide(desk, item(desk)["item_id"], "custom", "NULL not_applicable")["result"]
        == "NULL not_applicable"
    )
    assert desk.cleaned(document_id, 2)[0] == "(not_applicable)"


def test_unsure_keeps_the_item_open_for_others_further_down(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    before = item(desk)
    outcome = decide(desk, before["item_id"], "unsure", note="ask the flag state")
    assert (outcome["outcome"], outcome["cells_settled"]) == ("unsure", 0)
    assert item(desk)["status"] == "open" and item(desk)["priority"] < before["priority"]
    assert desk.rows("SELECT action, applied FROM review.decisions") == [
        {"action": "unsure", "applied": False}
    ]


def test_the_row_checks_of_an_answer_look_at_what_its_values_have_a_part_in(desk: Desk) -> None:
    flags = ["Atlantis", *["NOR"] * (len(asking.SIGNS) - 1)]
    rows = [[f"V {n}", flag, sign] for n, (flag, sign) in enumerate(zip(flags, asking.SIGNS, strict=True))]
    document_id = desk.clean(["Vessel Name", "Flag State", "Call sign"], rows)
    desk.db.execute(
        "INSERT INTO stage.cell_findings (document_id, row_index, column_position, finding, effect, reason)"
        " VALUES (%s, 2, 3, 'series_other_flag', -0.1, 'of another row')",
        (document_id,),
    )
    found = "SELECT row_index, reason FROM stage.cell_findings WHERE finding = 'series_other_flag' ORDER BY 1"
    item_id = item(desk, subject="Atlantis")["item_id"]
    decide(desk, item_id, "custom", "SWE")
    other, untouched = desk.rows(found)
    assert other["row_index"] == 1 and "the flag is SWE" in other["reason"]
    assert untouched == {"row_index": 2, "reason": "of another row"}
    undo(desk, item_id)
    assert desk.rows(found) == [untouched]
    desk.db.execute("SELECT clean.check_rows(%s)", [document_id])
    assert desk.rows(found) == []
