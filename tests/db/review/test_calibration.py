"""Confidence learnt from answers: isotonic, out of sample by document, versioned, and used by the gate."""

from __future__ import annotations

import random

import psycopg
import pytest

from tests.documents import Desk


def fit(
    db: psycopg.Connection, scores: list[float], rights: list[float], weights: list[float]
) -> list[float]:
    rows = db.execute(
        "SELECT confidence FROM review.isotonic(%s::float8[], %s::float8[], %s::float8[]) ORDER BY score",
        [scores, rights, weights],
    ).fetchall()
    return [row[0] for row in rows]


def test_isotonic_pools_what_falls(vocabulary: psycopg.Connection) -> None:
    assert fit(vocabulary, [0.5, 0.6, 0.7], [1, 0, 1], [1, 1, 1]) == [0.5, 0.5, 1]
    assert fit(vocabulary, [0.1, 0.2, 0.3], [3, 2, 1], [4, 4, 4]) == [0.5, 0.5, 0.5]
    assert fit(vocabulary, [], [], []) == []


@pytest.mark.parametrize("seed", range(12))
def test_isotonic_is_what_scikit_learn_makes_of_it(vocabulary: psycopg.Connection, seed: int) -> None:
    isotonic = pytest.importorskip("sklearn.isotonic", reason="scikit-learn is not installed")
    chance = random.Random(seed)
    scores = sorted({round(chance.random(), 3) for _ in range(chance.choice([1, 2, 7, 60, 400]))})
    weights = [chance.randint(1, 9) for _ in scores]
    rights = [
        sum(chance.random() < score for _ in range(weight))
        for score, weight in zip(scores, weights, strict=True)
    ]
    theirs = isotonic.IsotonicRegression(y_min=0, y_max=1).fit(
        scores, [r / w for r, w in zip(rights, weights, strict=True)], sample_weight=weights
    )
    assert fit(vocabulary, scores, rights, weights) == pytest.approx(list(theirs.predict(scores)), abs=1e-9)


def judged(desk: Desk, verdicts: list[tuple[int, float, bool]], field: str = "FLAG") -> None:
    """Verdicts as (document, score, right), kept as answers to questions of these documents are."""
    desk.one("SELECT review.add_reviewer('rita', 'Rita')")
    desk.db.execute(
        """
        WITH given AS (
            SELECT * FROM unnest(%s::bigint[], %s::real[], %s::boolean[]) WITH ORDINALITY AS g (document_id, score, was_right, n)
        ), item AS (
            INSERT INTO review.items (item_key, decision_on, batch_key, source_id, field, document_id, column_position, value_id,
                subject, machine_value, reason, cells, priority, status, closed_at)
            SELECT 'value:t' || g.n, 'value', 'b', t.source_id, %s, g.document_id, 2, g.n, g.n::text, 'X', 'r', 1, 1, 'decided', now()
            FROM given AS g JOIN stage.documents AS t USING (document_id)
            RETURNING item_id, value_id, source_id, field, document_id
        ), answer AS (
            INSERT INTO review.decisions (item_id, action, result, reviewer, seen, applied)
            SELECT i.item_id, 'accept', 'X', 'rita', '{}', true FROM item AS i RETURNING decision_id, item_id
        )
        INSERT INTO review.judgement (decision_id, item_id, source_id, field, document_id, audited, score, confidence, was_right, cells)
        SELECT a.decision_id, i.item_id, i.source_id, i.field, i.document_id, false, g.score, g.score, g.was_right, 1
        FROM answer AS a JOIN item AS i USING (item_id) JOIN given AS g ON g.n = i.value_id
        """,
        [[v[0] for v in verdicts], [v[1] for v in verdicts], [v[2] for v in verdicts], field],
    )


def documents(desk: Desk, count: int = 2) -> list[int]:
    return [
        desk.clean(["Vessel Name", "Flag State"], [["ALBA", "NOR"], [f"BORA {n}", "ISL"]], f"S{n}")
        for n in range(count)
    ]


def verdicts(documents: list[int], count: int) -> list[tuple[int, float, bool]]:
    """A machine that is right at 0.6 in half of the cases, at 0.9 nearly always."""
    return [
        (
            documents[n // 2 % len(documents)],
            (0.6, 0.9)[n % 2],
            n // 8 % 2 == 0 if n % 2 == 0 else n % 50 != 1,
        )
        for n in range(count)
    ]


def test_enough_answers_become_a_new_version_that_the_gate_uses(desk: Desk) -> None:
    judged(desk, verdicts(documents(desk, 4), 400))
    (run,) = desk.rows("SELECT * FROM review.calibrate()")
    assert (run["field"], run["version"], run["judged"], run["documents"], run["outcome"]) == (
        "FLAG",
        1,
        400,
        4,
        "published",
    )
    steps = desk.rows(
        "SELECT score, confidence, kind FROM stage.calibration WHERE field = 'FLAG' ORDER BY score"
    )
    assert [(pytest.approx(s["score"]), pytest.approx(s["confidence"]), s["kind"]) for s in steps] == [
        (0.6, 0.5, "country"),
        (0.9, 0.96, "country"),
    ]
    assert desk.one("SELECT clean.calibrated('FLAG', 'country', 0.95)") == pytest.approx(0.96)
    assert desk.one("SELECT clean.calibrated('FLAG', 'country', 0.1)") == pytest.approx(0.5)
    # another field of the kind keeps what is shipped
    assert desk.one("SELECT clean.calibrated('PREVIOUS_FLAG', 'country', 0.95)") == pytest.approx(0.996)
    assert run["error"] < run["error_before"]


def test_its_error_is_that_of_documents_it_has_not_seen_and_a_worse_one_is_not_published(desk: Desk) -> None:
    one, two = documents(desk)
    # each document teaches the opposite of what the other shows: in sample this looks half right, out of sample it is all wrong
    judged(desk, [(one, 0.9, True)] * 150 + [(two, 0.9, False)] * 150)
    before = desk.one("SELECT clean.calibrated('FLAG', 'country', 0.9)")
    (run,) = desk.rows("SELECT * FROM review.calibrate('FLAG')")
    assert run["error"] == pytest.approx(1) and run["version"] is None
    assert run["outcome"].startswith("no better on documents it has not seen: mean squared error 1.0")
    assert desk.one("SELECT count(*) FROM stage.calibration WHERE field = 'FLAG'") == 0
    assert desk.one("SELECT clean.calibrated('FLAG', 'country', 0.9)") == before
    (kept,) = desk.rows("SELECT version, brier, outcome FROM review.calibration_run")
    assert kept == {"version": None, "brier": pytest.approx(1), "outcome": run["outcome"]}
    assert [r["outcome"] for r in desk.rows("SELECT * FROM review.calibrate('FLAG')")] == ["nothing new"]


def test_what_would_change_nothing_is_not_published_and_the_version_in_force_stays(desk: Desk) -> None:
    four = documents(desk, 4)
    judged(desk, verdicts(four, 400))
    desk.rows("SELECT * FROM review.calibrate()")
    steps = "SELECT version, score, confidence FROM stage.calibration WHERE field = 'FLAG' ORDER BY 1, 2"
    first = desk.rows(steps)
    # one verdict more, of the kind that there was: what is learnt from a half is no better than what all taught
    desk.db.execute("UPDATE review.judgement SET was_right = NOT was_right WHERE decision_id = (SELECT max(decision_id)"
                    " FROM review.judgement WHERE was_right)")  # fmt: skip
    desk.db.execute("UPDATE review.calibration_run SET judged = judged - 1")
    (again,) = desk.rows("SELECT * FROM review.calibrate()")
    assert again["version"] is None and again["outcome"].startswith("no better")
    assert desk.rows(steps) == first
    assert [
        r["version"] for r in desk.rows("SELECT version FROM review.calibration_run ORDER BY run_id")
    ] == [1, None]


def test_too_few_answers_or_one_document_publish_nothing(desk: Desk) -> None:
    one = documents(desk)[0]
    judged(desk, [(one, 0.9, True)] * 199)
    assert [r["outcome"] for r in desk.rows("SELECT * FROM review.calibrate()")] == [
        "199 reviewed values, 200 needed"
    ]
    desk.db.execute("UPDATE review.policy SET value = 199 WHERE name = 'calibrate_after'")
    assert [r["outcome"] for r in desk.rows("SELECT * FROM review.calibrate()")] == [
        "reviewed values of one document only"
    ]
    assert desk.one("SELECT max(version) FROM stage.calibration") == 0


def test_nothing_new_makes_no_new_version(desk: Desk) -> None:
    judged(desk, verdicts(documents(desk), 400))
    desk.rows("SELECT * FROM review.calibrate()")
    (again,) = desk.rows("SELECT * FROM review.calibrate()")
    assert (again["outcome"], again["version"]) == ("nothing new", None)
    assert desk.one("SELECT count(DISTINCT version) FROM stage.calibration WHERE field = 'FLAG'") == 1


def test_operators_calibrate_and_the_schedule_does_reviewers_do_not(desk: Desk) -> None:
    judged(desk, verdicts(documents(desk), 400))
    desk.db.execute("SET ROLE oceanid_reviewer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.rows("SELECT * FROM review.calibrate()")
    desk.db.execute("SET ROLE oceanid_worker")
    desk.db.execute("SELECT ops.run_schedule('review.calibrate')")
    desk.db.execute("SET ROLE oceanid_operator")
    assert [r["outcome"] for r in desk.rows("SELECT * FROM review.calibrate()")] == ["nothing new"]
    desk.db.execute("RESET ROLE")
    assert desk.one("SELECT max(version) FROM stage.calibration WHERE field = 'FLAG'") == 1


def test_a_verdict_taken_back_does_not_count(desk: Desk) -> None:
    judged(desk, [(documents(desk)[0], 0.9, True)] * 3)
    item_id = desk.one("SELECT min(item_id) FROM review.items")
    desk.rows("SELECT * FROM review.undo(%s, 'rita')", item_id)
    assert desk.one("SELECT count(*) FROM review.judged") == 2


def test_a_decision_keeps_the_score_that_the_machine_had(desk: Desk) -> None:
    desk.one("SELECT review.add_reviewer('rita', 'Rita')")
    desk.clean(["Vessel Name", "Flag State"], [["ALBA", "Atlantis"], ["BORA", "NOR"]])
    value = desk.rows("SELECT * FROM stage.distinct_values WHERE raw_value = 'Atlantis'")[0]
    item_id = desk.one("SELECT item_id FROM review.queue WHERE subject = 'Atlantis'")
    for answer in ("NOR", "SWE"):  # the second supersedes the first, when the value is an answer's already
        desk.rows("SELECT * FROM review.decide(%s, 'custom', %s, 'rita')", item_id, answer)
    (verdict,) = desk.rows("SELECT * FROM review.judged")
    assert (verdict["was_right"], verdict["audited"], verdict["represents"]) == (False, False, 1)
    assert verdict["score"] == pytest.approx(value["score"])
    assert desk.one("SELECT min(difficulty) FROM stage.training_corpus WHERE decision_id IN"
                    " (SELECT min(decision_id) FROM review.decisions)") == pytest.approx(1 - value["confidence"])  # fmt: skip
