"""One answer about how a column is read: an order of day and month, a decimal sign, a unit, a wrong column."""

from __future__ import annotations

import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, refused
from tests.documents import Desk

pytestmark = pytest.mark.usefixtures("people")


def test_one_answer_gives_a_column_its_order_of_day_and_month(desk: Desk) -> None:
    document_id = asking.dates(desk)
    asked = item(desk, decision_on="reading")
    assert asked["cells"] == 3
    assert refused(desk, asked["item_id"], "custom", "YDM").startswith(
        "OC001 YDM is no order of day and month"
    )
    assert decide(desk, asked["item_id"], "custom", "mdy")["cells_settled"] == 3
    assert desk.cleaned(document_id, 2) == ["2019-05-03", "2019-01-02", "2020-03-04"]


def test_rejecting_an_open_date_order_leaves_dates_that_need_none(desk: Desk) -> None:
    document_id = asking.dates(desk, "05/03/2019", "2019-05-05", "01/02/2019")
    asked = item(desk, decision_on="reading")
    assert asked["cells"] == 2 and decide(desk, asked["item_id"], "reject")["cells_settled"] == 2
    assert desk.cleaned(document_id, 2) == ["(unknown)", "2019-05-05", "(unknown)"]


def test_one_answer_gives_a_column_its_decimal_sign(desk: Desk) -> None:
    document_id = desk.column(["1.234", "2.345", "900"], "Gross tonnage")
    asked = item(desk, decision_on="reading")
    assert refused(desk, asked["item_id"], "custom", "x").startswith("OC001 x is no decimal sign")
    assert decide(desk, asked["item_id"], "custom", ",")["outcome"] == "applied"
    assert desk.cleaned(document_id, 2) == ["1234", "2345", "900"]
    assert decide(desk, asked["item_id"], "custom", ".")["outcome"] == "superseded"
    assert desk.cleaned(document_id, 2) == ["1.234", "2.345", "900"]


def test_a_unit_of_another_dimension_is_refused_and_a_right_one_converts(desk: Desk) -> None:
    document_id = asking.holds(desk)
    asked = item(desk, decision_on="reading")
    assert refused(desk, asked["item_id"], "custom", "kg").startswith("OC001 kg is no unit of this field")
    assert decide(desk, asked["item_id"], "custom", "cubic metres")["result"] == "m3"
    assert desk.cleaned(document_id, 2) == ["120", "250", "80"]


def test_numbers_that_measure_something_else_are_no_values(desk: Desk) -> None:
    document_id = asking.holds(desk)
    decide(desk, item(desk, decision_on="reading")["item_id"], "reject")
    assert desk.cleaned(document_id, 2) == ["(unknown)", "(unknown)", "80"]


def test_identifiers_in_the_wrong_column_are_moved_out_by_one_answer(desk: Desk) -> None:
    document_id = asking.wrong_column(desk)
    asked = item(desk, decision_on="reading")
    assert asked["proposal_field"] == "MMSI"
    assert "no common value" in refused(desk, asked["item_id"], "custom", "412123456")
    assert decide(desk, asked["item_id"], "accept")["cells_settled"] == 3
    assert desk.cleaned(document_id, 2)[-3:] == ["(not_applicable)"] * 3
    assert decide(desk, asked["item_id"], "reject")["cells_settled"] == 3
    assert desk.cleaned(document_id, 2)[-3:] == ["(unknown)"] * 3
