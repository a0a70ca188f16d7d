"""Where two must agree: they do, they differ, or a third decides."""

from __future__ import annotations

import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, status, undo
from tests.documents import Desk

pytestmark = pytest.mark.usefixtures("people")


def two_must_agree(desk: Desk) -> int:
    desk.db.execute("INSERT INTO review.field_policy (field, second_review) VALUES ('FLAG', true)")
    asking.flags(desk, "Atlantis")
    return int(item(desk)["item_id"])


def test_two_reviewers_who_agree_settle_the_item(desk: Desk) -> None:
    item_id = two_must_agree(desk)
    assert decide(desk, item_id, "custom", "NOR")["outcome"] == "second"
    assert status(desk, item_id) == "second" and len(desk.decisions()) == 1
    assert decide(desk, item_id, "custom", "Norway")["outcome"] == "second", (
        "the same person is no second one"
    )
    outcome = decide(desk, item_id, "custom", "Norway", "jonas")
    assert (outcome["outcome"], outcome["result"]) == ("applied", "NOR")
    assert desk.decisions() == [] and status(desk, item_id) == "decided"


def test_two_who_disagree_are_decided_by_a_third(desk: Desk) -> None:
    item_id = two_must_agree(desk)
    decide(desk, item_id, "custom", "NOR")
    assert decide(desk, item_id, "custom", "ISL", "jonas")["outcome"] == "disagreed"
    assert status(desk, item_id) == "adjudication" and len(desk.decisions()) == 1
    assert decide(desk, item_id, "custom", "NOR")["outcome"] == "disagreed", "neither of the two may decide"
    assert decide(desk, item_id, "custom", "ISL", "chief")["outcome"] == "applied"
    assert desk.one("SELECT cleaned_value FROM stage.csv_extractions WHERE field = 'FLAG'") == "ISL"


def test_one_of_the_two_decides_where_he_is_the_adjudicator(desk: Desk) -> None:
    desk.one("SELECT review.add_reviewer('jonas', 'Jonas', true)")
    item_id = two_must_agree(desk)
    decide(desk, item_id, "custom", "NOR")
    decide(desk, item_id, "custom", "ISL", "jonas")
    assert decide(desk, item_id, "custom", "ISL", "jonas")["outcome"] == "applied"


def test_undo_of_a_second_review_starts_it_again(desk: Desk) -> None:
    item_id = two_must_agree(desk)
    decide(desk, item_id, "custom", "NOR")
    decide(desk, item_id, "custom", "NOR", "jonas")
    undo(desk, item_id)
    assert status(desk, item_id) == "open"
    assert decide(desk, item_id, "custom", "NOR")["outcome"] == "second"
