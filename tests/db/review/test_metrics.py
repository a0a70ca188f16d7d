"""What the review costs and yields: queue depth, pace, cells settled, agreement, acceptance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.documents import Desk

HEADER = ["Vessel Name", "Flag State"]


@pytest.fixture
def two(desk: Desk) -> Desk:
    """A desk with two reviewers and two questions: Atlantis stands in three cells, Lemuria in one."""
    for name in ("ada", "bo"):
        desk.one("SELECT review.add_reviewer(%s, %s)", name, name)
    desk.db.execute("UPDATE review.policy SET value = 0 WHERE name = 'audit_rate'")
    desk.clean(
        HEADER, [["A", "Atlantis"], ["B", "Atlantis"], ["C", "Atlantis"], ["D", "Lemuria"], ["E", "NOR"]]
    )
    return desk


def item(desk: Desk, subject: str) -> int:
    return desk.one("SELECT max(item_id) FROM review.items WHERE subject = %s", subject)


def decide(desk: Desk, subject: str, reviewer: str, action: str, value: str | None = None) -> dict[str, Any]:
    query = "SELECT * FROM review.decide(%s, %s, %s, %s)"
    return desk.rows(query, item(desk, subject), action, value, reviewer)[0]


def test_depth_is_told_by_age_and_priority(two: Desk) -> None:
    two.db.execute(
        "UPDATE review.items SET priority = 250, opened_at = now() - interval '3 days' WHERE subject = 'Atlantis'"
    )
    two.db.execute("UPDATE review.items SET priority = 0.4 WHERE subject = 'Lemuria'")
    rows = two.rows("SELECT age, priority_from, items, cells, audits FROM review.queue_depth")
    assert [tuple(r.values()) for r in rows] == [
        ("under a week", 100, 1, 3, 0),
        ("under an hour", 0, 1, 1, 0),
    ]
    decide(two, "Atlantis", "ada", "reject")
    assert [r["age"] for r in two.rows("SELECT * FROM review.queue_depth")] == ["under an hour"]


def test_pace_counts_decisions_and_the_cells_they_settled(two: Desk) -> None:
    decide(two, "Atlantis", "ada", "custom", "PRT")
    decide(two, "Lemuria", "ada", "unsure")
    decide(two, "Lemuria", "bo", "custom", "FRA")
    rows = two.rows("SELECT reviewer, sum(decisions) AS decisions, sum(unsure) AS unsure, sum(cells_settled) AS cells"
                    " FROM review.reviewer_pace GROUP BY reviewer ORDER BY reviewer")  # fmt: skip
    assert [tuple(map(str, r.values())) for r in rows] == [("ada", "2", "1", "3"), ("bo", "1", "0", "1")]
    two.rows("SELECT * FROM review.undo(%s, 'bo')", item(two, "Atlantis"))
    assert two.one("SELECT sum(cells_settled) FROM review.reviewer_pace WHERE reviewer = 'ada'") == 0
    assert two.one("SELECT sum(undone) FROM review.reviewer_pace WHERE reviewer = 'bo'") == 1
    assert two.one("SELECT max(cells_per_decision) FROM review.reviewer_pace WHERE reviewer = 'bo'") == 1


def test_agreement_is_of_the_last_answers_of_two(two: Desk) -> None:
    two.db.execute("INSERT INTO review.field_policy (field, second_review) VALUES ('FLAG', true)")
    decide(two, "Atlantis", "ada", "custom", "PRT")
    decide(two, "Atlantis", "bo", "custom", "PRT")
    decide(two, "Lemuria", "ada", "custom", "FRA")
    decide(two, "Lemuria", "bo", "custom", "ESP")
    (pair,) = two.rows("SELECT * FROM review.reviewer_agreement")
    assert tuple(pair.values()) == ("ada", "bo", 2, 1, 0.5)


def test_acceptance_is_told_by_week_and_kind_of_question(two: Desk) -> None:
    decide(two, "Atlantis", "ada", "custom", "PRT")
    decide(two, "Lemuria", "ada", "reject")
    two.db.execute("INSERT INTO review.field_policy (field, audit_rate) VALUES ('VESSEL_NAME', 1)")
    two.rows("SELECT review.draw_audit(document_id) FROM stage.documents")
    decide(two, "E", "ada", "accept")
    rows = two.rows(
        "SELECT decision_on, decisions, accepted, acceptance FROM review.acceptance_by_week ORDER BY decision_on"
    )
    assert [tuple(r.values()) for r in rows] == [("audit", 1, 1, 1.0), ("value", 2, 0, 0.0)]
    assert two.one("SELECT bool_and(extract(isodow FROM week) = 1) FROM review.acceptance_by_week")
