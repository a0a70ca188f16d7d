"""What people say about entries: it holds, and lasts."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.identity.fleet import Fleet, trawler
from tests.documents import Desk


@pytest.fixture
def pair(fleet: Fleet) -> tuple[int, int]:
    a, b = fleet.entry("A", **trawler()), fleet.entry("B", **trawler())
    fleet.resolve()
    return a, b


def test_a_split_lasts_over_new_evidence(fleet: Fleet, pair: tuple[int, int]) -> None:
    a, b = pair
    assert fleet.db.execute("SELECT * FROM identity.split(%s, %s, 'maria')", [a, [b]]).fetchall() == [
        (b, a, b)
    ]
    fleet.says(b, **trawler(imo="8814275"))
    fleet.says(a, **trawler(imo="8814275"))
    fleet.resolve(a, b)
    assert fleet.vessels() == {a: a, b: b}


def test_a_merge_lasts_and_takes_a_split_back(fleet: Fleet, pair: tuple[int, int]) -> None:
    a, b = pair
    fleet.db.execute("SELECT identity.split(%s, %s, 'maria')", [a, [b]])
    assert fleet.db.execute(
        "SELECT * FROM identity.merge(%s, %s, 'jonas', 'seen it')", [a, b]
    ).fetchall() == [(b, b, a)]
    fleet.says(b, name="SOMETHING ELSE", flag="PAN")
    fleet.resolve(b)
    assert fleet.vessels() == {a: a, b: a}


def test_a_merge_joins_what_rules_keep_apart(fleet: Fleet) -> None:
    a, b = fleet.entry("A", **trawler(imo="8814275")), fleet.entry("A", **trawler(imo="9074729"))
    fleet.resolve()
    fleet.db.execute("SELECT identity.merge(%s, %s, 'maria')", [a, b])
    assert fleet.vessels() == {a: a, b: a}


def test_the_latest_judgement_counts_and_none_is_lost(fleet: Fleet, pair: tuple[int, int]) -> None:
    a, b = pair
    for verdict in ("different", "same", "different", "withdrawn"):
        fleet.db.execute("SELECT identity.judge(%s, %s, %s, 'maria')", [b, a, verdict])
    assert fleet.one("SELECT count(*) FROM identity.judgement") == 4
    assert fleet.one("SELECT count(*) FROM identity.judged") == 0
    with pytest.raises(psycopg.errors.DatabaseError):
        fleet.db.execute("DELETE FROM identity.judgement")


@pytest.mark.parametrize(
    ("call", "state"),
    [
        ("identity.judge({a}, {b}, 'maybe', 'maria')", "OC001"),
        ("identity.judge({a}, {a}, 'same', 'maria')", "OC001"),
        ("identity.judge({a}, {b}, 'same', ' ')", "OC001"),
        ("identity.judge({a}, 4711, 'same', 'maria')", "OC404"),
        ("identity.merge({a}, {a}, 'maria')", "OC001"),
        ("identity.merge({a}, 4711, 'maria')", "OC404"),
        ("identity.split(4711, ARRAY[{b}::bigint], 'maria')", "OC404"),
        ("identity.split({a}, ARRAY[4711::bigint], 'maria')", "OC001"),
        ("identity.split({a}, ARRAY[{a}, {b}]::bigint[], 'maria')", "OC001"),
        ("identity.split({a}, '{{}}'::bigint[], 'maria')", "OC001"),
        ("identity.explain({a}, 4711)", "OC404"),
        ("identity.adopt(4711)", "OC404"),
    ],
)
def test_what_cannot_be_is_refused_with_cause_and_cure(
    fleet: Fleet, pair: tuple[int, int], call: str, state: str
) -> None:
    a, b = pair
    with pytest.raises(psycopg.errors.DatabaseError) as caught:
        fleet.db.execute(f"SELECT * FROM {call.format(a=a, b=b)}")
    assert caught.value.sqlstate == state
    assert caught.value.diag.message_hint


def test_explain_says_what_agrees_what_it_weighs_and_what_follows(
    fleet: Fleet, pair: tuple[int, int]
) -> None:
    a, b = pair
    rows = fleet.db.execute(
        "SELECT comparison, value_a, finding, weight FROM identity.explain(%s, %s)", [a, b]
    ).fetchall()
    said = {row[0]: row[1:] for row in rows}
    assert said["name"][:2] == ("HAVBRIS", "same name")
    assert said["ircs"][1] == "same call sign"
    assert said["ircs"][2] > 10
    assert said["outcome"][1] == "one vessel"
    total = fleet.one("SELECT round(weight::numeric, 1) FROM identity.pair")
    parts = sum(row[3] for row in rows if row[0] not in ("prior", "sum", "apart", "judgement", "outcome"))
    assert abs(float(parts) - float(total)) < 0.2


def test_explain_says_why_two_are_apart_and_who_judged(fleet: Fleet) -> None:
    a, b = fleet.entry("A", name="VICTORY 3", flag="CHN"), fleet.entry("B", name="VICTORY 5", flag="CHN")
    fleet.resolve()
    fleet.db.execute("SELECT identity.judge(%s, %s, 'different', 'maria', 'two hulls')", [a, b])
    said = dict(
        fleet.db.execute("SELECT comparison, finding FROM identity.explain(%s, %s)", [a, b]).fetchall()
    )
    assert "sister ships" in said["apart"]
    assert "maria" in said["judgement"]
    assert said["outcome"] == "two vessels"


HEADER = ["Vessel Name", "Flag State", "Call Sign", "Length (m)"]


@pytest.fixture
def doubtful(desk: Desk) -> tuple[int, int]:
    """Two entries of two documents between which the model cannot decide."""
    ids = []
    for source, row in (("HERE", ["HAVBRIS", "NOR", "LABC", "30.1"]), ("THERE", ["HAVBRIS", "NOR", "", ""])):
        document = desk.clean(HEADER, [row], source)
        desk.one("SELECT identity.enter(%s)", document)
        ids.append(desk.one("SELECT entry_id FROM identity.entry_row WHERE document_id = %s", document))
    desk.one("UPDATE identity.policy SET value = 0.9999999 WHERE name = 'same_posterior' RETURNING 1")
    desk.one(
        "UPDATE identity.policy SET value = 0.000001 WHERE name IN ('undecided_posterior', 'keep_posterior') RETURNING 1"
    )
    for entry, extra in zip(ids, ({"ircs": "LABC"}, {}), strict=True):
        Fleet(desk.db).says(entry, name="HAVBRIS", flag="NOR", **extra)
    desk.rows("SELECT * FROM identity.resolve(%s)", ids)
    desk.one("SELECT review.add_reviewer('maria', 'Maria')")
    return ids[0], ids[1]


def vessels(desk: Desk) -> set[int]:
    return {row["vessel_id"] for row in desk.rows("SELECT vessel_id FROM identity.membership")}


def test_an_undecided_pair_is_a_review_item_and_its_answer_lasts(
    desk: Desk, doubtful: tuple[int, int]
) -> None:
    a, b = doubtful
    assert len(desk.rows("SELECT * FROM identity.undecided")) == 1
    item = desk.one("SELECT item_id FROM review.queue WHERE decision_on = 'pair'")
    desk.rows("SELECT * FROM review.refresh()")
    assert desk.one("SELECT status FROM review.items WHERE item_id = %s", item) == "open"
    assert desk.one("SELECT outcome FROM review.decide(%s, 'accept', NULL, 'maria')", item) == "applied"
    assert vessels(desk) == {a}
    assert desk.one("SELECT verdict FROM identity.judged WHERE judged_by = 'maria'") == "same"
    assert (
        desk.one("SELECT outcome FROM review.decide(%s, 'custom', 'Different', 'maria')", item)
        == "superseded"
    )
    assert vessels(desk) == {a, b}


def test_an_answer_about_a_pair_can_be_taken_back(desk: Desk, doubtful: tuple[int, int]) -> None:
    a, b = doubtful
    item = desk.one("SELECT item_id FROM review.queue WHERE decision_on = 'pair'")
    desk.rows("SELECT * FROM review.decide(%s, 'accept', NULL, 'maria')", item)
    desk.rows(
        "SELECT * FROM review.undo(%s, 'maria')", desk.one("SELECT max(decision_id) FROM review.decisions")
    )
    assert vessels(desk) == {a, b}
    assert desk.one("SELECT count(*) FROM identity.judged") == 0


def test_an_answer_that_says_nothing_about_a_pair_is_refused(desk: Desk, doubtful: tuple[int, int]) -> None:
    item = desk.one("SELECT item_id FROM review.queue WHERE decision_on = 'pair'")
    with pytest.raises(psycopg.errors.DatabaseError, match="says nothing about two entries") as caught:
        desk.rows("SELECT * FROM review.decide(%s, 'custom', 'perhaps', 'maria')", item)
    assert caught.value.sqlstate == "OC001"


def test_a_question_that_has_gone_is_withdrawn(desk: Desk, doubtful: tuple[int, int]) -> None:
    item = desk.one("SELECT item_id FROM review.queue WHERE decision_on = 'pair'")
    Fleet(desk.db).falls_silent(doubtful[1])
    desk.rows("SELECT * FROM identity.resolve(%s)", [doubtful[1]])
    assert desk.one("SELECT status FROM review.items WHERE item_id = %s", item) == "withdrawn"
