"""How long an answer holds: the next version of a source asks only what it changed."""

from __future__ import annotations

import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, status, undo
from tests.documents import Desk


@pytest.fixture(autouse=True)
def people(desk: Desk) -> None:
    asking.add_reviewers(desk)


def test_an_answer_about_a_column_holds_for_the_next_version(desk: Desk) -> None:
    asking.unknown_header(desk)
    decide(desk, item(desk)["item_id"], "custom", "FLAG")
    second = asking.unknown_header(desk, prefix="W")
    (_, column) = desk.columns(second)
    assert (column["field"], column["mapping_method"], column["needs_review"]) == (
        "FLAG",
        "source alias",
        False,
    )
    assert desk.decisions() == []


def test_that_a_column_is_plain_text_holds_too(desk: Desk) -> None:
    asking.unknown_header(desk)
    decide(desk, item(desk)["item_id"], "reject")
    second = asking.unknown_header(desk, prefix="W")
    assert desk.columns(second)[1]["field"] is None and desk.decisions() == []


def test_a_column_of_another_source_is_asked_about_on_its_own(desk: Desk) -> None:
    asking.unknown_header(desk)
    decide(desk, item(desk)["item_id"], "custom", "FLAG")
    asking.unknown_header(desk, source="XFC")
    assert item(desk)["source_name"] == "XFC"


def test_an_order_of_day_and_month_holds_until_a_version_shows_another(desk: Desk) -> None:
    asking.dates(desk)
    decide(desk, item(desk)["item_id"], "custom", "DMY")
    second = asking.dates(desk, "06/07/2021", "01/02/2019")
    assert desk.cleaned(second, 2) == ["2021-07-06", "2019-02-01"] and desk.decisions() == []
    third = asking.dates(desk, "06/27/2021", "01/02/2019")
    assert desk.cleaned(third, 2) == ["2021-06-27", "2019-01-02"]


def test_a_rejected_order_is_asked_again_for_new_dates_only(desk: Desk) -> None:
    asking.dates(desk)
    first = item(desk)
    decide(desk, first["item_id"], "reject")
    asking.dates(desk, "05/03/2019", "06/07/2021")
    asked = item(desk)
    assert asked["cells"] == 1 and asked["item_id"] != first["item_id"]


def test_taking_an_answer_back_does_not_ask_twice_what_a_later_file_asks(desk: Desk) -> None:
    asking.wrong_column(desk)
    first = item(desk)["item_id"]
    decide(desk, first, "accept")
    desk.column(["LAAZ", "LAAY", "412123999", *asking.MMSIS], "Call sign")
    later = item(desk)
    assert later["item_id"] != first and later["cells"] == 1
    undo(desk, first)
    assert status(desk, first) == "withdrawn"
    assert item(desk)["item_id"] == later["item_id"] and item(desk)["cells"] == 7


def test_a_version_that_changes_what_a_cell_was_about_asks_again(desk: Desk) -> None:
    asking.broad_beam(desk)
    first = item(desk)["item_id"]
    decide(desk, first, "accept")
    asking.broad_beam(desk, beam="32")
    asked = item(desk, decision_on="cell")
    assert asked["item_id"] != first and asked["subject"] == "32"


def test_a_version_that_leaves_a_cell_as_it_was_keeps_its_answer(desk: Desk) -> None:
    asking.broad_beam(desk)
    first = item(desk)["item_id"]
    decide(desk, first, "custom", "3.1")
    rows = [["NEW", "40", "9"], ["A", "24", "31"], ["B", "30", "9"], ["C", "24", "31"]]
    second = desk.clean(["Vessel Name", "Length (m)", "Beam (m)"], rows)
    # the same vessel with the same numbers in another row; another vessel with them is another question
    assert desk.cleaned(second, 3) == ["9", "3.1", "9", "?"]
    assert item(desk, decision_on="cell")["row_index"] == 4
    decide(desk, first, "custom", "3.2")
    assert desk.cleaned(second, 3)[1] == "3.2"
    undo(desk, first)
    undo(desk, first)
    assert desk.cleaned(second, 3) == ["9", "?", "9", "?"]


def test_an_answer_after_the_question_has_gone_is_kept_and_changes_nothing(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR")
    item_id = item(desk)["item_id"]
    desk.db.execute("INSERT INTO ref.country_alias (alias, iso3) VALUES ('Atlantis', 'GRC')")
    desk.db.execute("SELECT clean.reclean()")
    desk.drain()
    desk.db.execute("SELECT review.refresh()")
    outcome = decide(desk, item_id, "custom", "ISL")
    assert (outcome["outcome"], outcome["cells_settled"]) == ("late", 0)
    assert status(desk, item_id) == "withdrawn" and desk.cleaned(document_id, 2) == ["GRC", "NOR"]
    assert desk.rows("SELECT result, applied FROM review.decisions") == [{"result": "ISL", "applied": False}]
    assert (
        desk.rows("SELECT * FROM review.correction") == []
        and desk.rows("SELECT * FROM stage.training_corpus") == []
    )
