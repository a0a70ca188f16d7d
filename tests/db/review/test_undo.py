"""Answers are kept for ever: a later one supersedes, undo takes back without a trace in the cells."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, picture, status, undo
from tests.documents import Desk

pytestmark = pytest.mark.usefixtures("people")


def test_a_later_answer_supersedes_and_both_are_kept(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    first = decide(desk, item_id, "custom", "NOR")
    second = decide(desk, item_id, "custom", "ISL", "jonas")
    assert second["outcome"] == "superseded" and desk.cleaned(document_id, 2) == ["ISL"]
    rows = desk.rows("SELECT decision_id, supersedes, result, applied FROM review.decisions ORDER BY 1")
    assert [row["result"] for row in rows] == ["NOR", "ISL"] and all(row["applied"] for row in rows)
    assert rows[1]["supersedes"] == first["decision_id"]
    assert len(desk.rows("SELECT * FROM review.standing(%s)", item_id)) == 2


Making = tuple[Callable[[Desk], int], list[tuple[str, str | None]]]


KINDS: dict[str, Making] = {
    "value": (lambda desk: asking.flags(desk, "Atlantis", "NOR", "Atlantis; ISL"), [("custom", "NOR"), ("reject", None)]),
    "date order": (lambda desk: asking.dates(desk, "05/03/2019", "2019-05-05"), [("custom", "DMY"), ("reject", None), ("custom", "MDY")]),
    "unit": (asking.holds, [("reject", None), ("custom", "m3")]),
    "wrong column": (asking.wrong_column, [("accept", None), ("reject", None)]),
    "column": (asking.unknown_header, [("custom", "IRCS"), ("reject", None), ("accept", None)]),
    "cell": (asking.broad_beam, [("custom", "3.1"), ("accept", None), ("reject", None)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_undo_restores_exactly_what_was_there_answer_by_answer(desk: Desk, kind: str) -> None:
    make, answers = KINDS[kind]
    make(desk)
    item_id = item(desk)["item_id"]
    pictures = [picture(desk)]
    for action, value in answers:
        assert decide(desk, item_id, action, value)["outcome"] in ("applied", "superseded")
        pictures.append(picture(desk))
    assert all(
        one["cells"] != pictures[0]["cells"] or one["columns"] != pictures[0]["columns"]
        for one in pictures[1:]
    )
    for before in reversed(pictures[:-1]):
        undo(desk, item_id, "jonas")
        assert {k: v for k, v in picture(desk).items() if k != "queue"} == {
            k: v for k, v in before.items() if k != "queue"
        }
    assert status(desk, item_id) == "open"
    with pytest.raises(psycopg.errors.DatabaseError, match="no answer to take back") as error:
        undo(desk, item_id)
    assert error.value.sqlstate == "OC002"
    assert desk.one("SELECT count(*) FROM review.decisions") == 2 * len(answers)


def test_after_undo_an_item_is_answered_as_if_for_the_first_time(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    decide(desk, item_id, "custom", "NOR")
    undo(desk, item_id)
    assert decide(desk, item_id, "custom", "ISL")["outcome"] == "applied"
    assert desk.cleaned(document_id, 2) == ["ISL"]
    undo(desk, item_id)
    assert desk.cleaned(document_id, 2) == ["?"]


def test_undo_of_a_column_gives_a_shipped_spelling_of_the_source_back(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO ref.header_alias (alias, source_type, source_name, field, shipped)"
        " VALUES ('qqzzx', 'RFMO', 'TEST', 'IMO', true)"
    )
    desk.clean(["Vessel Name", "qqzzx"], [[f"V {n}", sign] for n, sign in enumerate(asking.SIGNS)])
    asked = item(desk, decision_on="column")
    before = picture(desk)
    decide(desk, asked["item_id"], "custom", "IRCS")
    assert picture(desk)["spellings"] != before["spellings"]
    undo(desk, asked["item_id"])
    assert picture(desk) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review.decisions SET note = 'x'",
        "DELETE FROM review.decisions",
        "TRUNCATE review.decisions CASCADE",
    ],
)
def test_decisions_are_append_only(desk: Desk, statement: str) -> None:
    asking.flags(desk, "Atlantis")
    decide(desk, item(desk)["item_id"], "reject")
    with pytest.raises(psycopg.errors.DatabaseError, match="append-only") as error:
        desk.db.execute(statement)
    assert error.value.sqlstate == "OC002" and desk.one("SELECT count(*) FROM review.decisions") == 1
