"""Answers about what a column means, and about one cell alone."""

from __future__ import annotations

import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, refused
from tests.documents import Desk

pytestmark = pytest.mark.usefixtures("people")


def test_a_column_gets_its_field_and_its_values_are_cleaned_under_it(desk: Desk) -> None:
    document_id = asking.unknown_header(desk)
    asked = item(desk, decision_on="column")
    assert refused(desk, asked["item_id"], "custom", "FLAGG").startswith("OC001 there is no field FLAGG")
    assert decide(desk, asked["item_id"], "custom", "ircs")["result"] == "IRCS"
    (_, column) = desk.columns(document_id)
    assert (column["field"], column["mapping_method"], column["needs_review"]) == ("IRCS", "decision", False)
    # three letters that are flags are no call signs: the answer raises new questions, at once
    assert {i["subject"] for i in desk.rows("SELECT subject FROM review.queue WHERE field = 'IRCS'")} == {
        "NOR",
        "ISL",
        "FRO",
    }


def test_rejecting_a_column_keeps_plain_text(desk: Desk) -> None:
    document_id = asking.unknown_header(desk)
    decide(desk, item(desk)["item_id"], "reject")
    assert desk.columns(document_id)[1]["field"] is None
    assert desk.cleaned(document_id, 2) == ["NOR", "ISL", "FRO"]


@pytest.mark.parametrize(
    ("action", "value", "becomes"),
    [("accept", None, "31"), ("custom", "3.10 m", "3.1"), ("reject", None, "(unknown)")],
)
def test_a_cell_alone_is_settled_and_new_checks_leave_it(
    desk: Desk, action: str, value: str | None, becomes: str
) -> None:
    document_id = asking.broad_beam(desk)
    assert decide(desk, item(desk, decision_on="cell")["item_id"], action, value)["cells_settled"] == 1
    desk.db.execute("SELECT clean.check_rows(%s)", [document_id])
    assert desk.cleaned(document_id, "Beam (m)") == [becomes, "9"]
    assert desk.cells(document_id, "Beam (m)")[0]["review_status"] == "decided"
