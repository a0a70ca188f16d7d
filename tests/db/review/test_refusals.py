"""What is no answer is refused with the reason and the cure, and nothing is kept of it."""

from __future__ import annotations

import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, refused
from tests.documents import Desk

pytestmark = pytest.mark.usefixtures("people")


def test_accept_of_what_no_value_can_be_is_refused(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    assert refused(desk, item(desk)["item_id"], "accept").startswith("OC001 ATLANTIS cannot be a FLAG")


def test_a_wrong_check_digit_is_not_accepted_either(desk: Desk) -> None:
    desk.column(["9074728", "9074729", "8814275"], "IMO Number")
    asked = item(desk)
    if asked["proposal"] is None:
        assert "check digit" in refused(desk, asked["item_id"], "accept")


def test_accept_needs_something_to_accept(desk: Desk) -> None:
    asking.dates(desk)
    assert "nothing to accept" in refused(desk, item(desk)["item_id"], "accept")


@pytest.mark.parametrize(
    ("header", "values", "answer", "reason"),
    [
        ("IMO Number", ["9074728", "9074729", "8814275"], "9074727", "check digit"),
        ("Flag State", ["Atlantis", "NOR", "ISL"], "Lemuria", "No flag of the vocabulary"),
        ("MMSI", ["912345678", "257000010", "257000020"], "12345", "ship station"),
        ("Length (m)", ["2450", "24.5", "31.2"], "2450000", "[Oo]utside"),
        ("Authorisation start date", ["2019-02-30", "2019-03-05", "2019-02-13"], "2019-02-31", "calendar"),
        ("Year built", ["1066", "1999", "2001"], "3000", "year"),
    ],
)
def test_a_wrong_custom_value_is_refused_with_the_validators_words(
    desk: Desk, header: str, values: list[str], answer: str, reason: str
) -> None:
    desk.column(values, header)
    words = refused(desk, item(desk, subject=values[0])["item_id"], "custom", answer)
    assert words.startswith(f"OC001 {answer} cannot be a ")
    assert any(part in words for part in (reason, reason.replace("[Oo]", "O"))), words


def test_a_placeholder_is_no_custom_value(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    assert "it says that there is no value" in refused(desk, item(desk)["item_id"], "custom", "n/a")


def test_an_answer_must_be_one(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    assert refused(desk, item_id, "maybe").startswith("OC001 maybe is no answer")
    assert "custom needs a value" in refused(desk, item_id, "custom")
    assert "custom needs a value" in refused(desk, item_id, "custom", "  ")
    assert "only custom takes one" in refused(desk, item_id, "reject", "NOR")
    assert refused(desk, 999, "reject").startswith("OC404 there is no item 999")


def test_only_active_reviewers_answer(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    assert refused(desk, item_id, "reject", None, "stranger").startswith(
        "OC404 stranger is no active reviewer"
    )
    assert refused(desk, item_id, "reject", None, None).startswith("OC404 nobody")
    desk.db.execute("UPDATE review.reviewer SET active = false WHERE reviewer = 'jonas'")
    assert refused(desk, item_id, "reject", None, "jonas").startswith("OC404 jonas is no active reviewer")
    asking.add_reviewers(desk, "jonas")
    assert decide(desk, item_id, "reject", None, "jonas")["outcome"] == "applied"
