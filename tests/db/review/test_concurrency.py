"""Reviewers and workers at the same time: a clear outcome each, nothing lost, nobody stuck."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.db.review import asking
from tests.db.review.asking import item
from tests.documents import Desk

DECIDE = "SELECT * FROM review.decide(%s, 'custom', %s, %s)"


@pytest.fixture(autouse=True)
def people(desk: Desk) -> None:
    asking.add_reviewers(desk)


def together(desk: Desk, *works: Callable[[psycopg.Connection[dict[str, Any]]], Any]) -> list[Any]:
    """Run each on a connection of its own, all at once; returns what each returned."""
    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(n: int) -> None:
        with psycopg.connect(desk.url, autocommit=True, row_factory=dict_row) as connection:
            gate.wait(10)
            try:
                results[n] = works[n](connection)
            except psycopg.Error as error:
                results[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def test_of_two_answers_at_once_one_holds_and_both_are_kept(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR")
    item_id = item(desk)["item_id"]
    found = together(
        desk,
        lambda c: c.execute(DECIDE, [item_id, "NOR", "maria"]).fetchone(),
        lambda c: c.execute(DECIDE, [item_id, "ISL", "jonas"]).fetchone(),
    )
    assert sorted(each["outcome"] for each in found) == ["applied", "superseded"]
    later = next(each for each in found if each["outcome"] == "superseded")
    assert desk.cleaned(document_id, 2)[0] == later["result"]
    assert desk.one("SELECT count(*) FROM review.decisions WHERE applied") == 2
    assert desk.one("SELECT contradicted FROM review.correction") == 1


def test_the_second_waits_until_the_first_has_committed(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    with psycopg.connect(desk.url, row_factory=dict_row) as first:
        first.execute(DECIDE, [item_id, "NOR", "maria"])
        with (
            psycopg.connect(desk.url, autocommit=True, options="-c lock_timeout=300") as second,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            second.execute(DECIDE, [item_id, "ISL", "jonas"])
        first.rollback()
    assert desk.one("SELECT count(*) FROM review.decisions") == 0
    assert item(desk)["status"] == "open"


def test_two_who_must_agree_may_answer_at_once(desk: Desk) -> None:
    desk.db.execute("INSERT INTO review.field_policy (field, second_review) VALUES ('FLAG', true)")
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    found = together(
        desk,
        lambda c: c.execute(DECIDE, [item_id, "NOR", "maria"]).fetchone(),
        lambda c: c.execute(DECIDE, [item_id, "Norway", "jonas"]).fetchone(),
    )
    assert sorted(each["outcome"] for each in found) == ["applied", "second"]


def test_an_answer_while_a_worker_gates_a_file_of_the_source_is_no_deadlock(desk: Desk) -> None:
    asking.flags(desk, "Atlantis", "NOR")
    item_id = item(desk)["item_id"]
    document_id = desk.one("SELECT max(document_id) FROM stage.documents")
    source_id = desk.one("SELECT source_id FROM stage.documents WHERE document_id = %s", document_id)
    answers: list[Any] = []

    def answer() -> None:
        with psycopg.connect(desk.url, autocommit=True, row_factory=dict_row) as connection:
            answers.append(connection.execute(DECIDE, [item_id, "NOR", "maria"]).fetchone())

    with psycopg.connect(desk.url) as worker:
        # a worker holds the source, then closes items that have gone
        worker.execute("SELECT clean.lock_source(%s)", [source_id])
        thread = threading.Thread(target=answer)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        worker.execute("UPDATE stage.distinct_values SET needs_review = false")
        worker.execute("SELECT review.refresh(%s)", [document_id])
        worker.commit()
        thread.join(30)
    assert [each["outcome"] for each in answers] == ["late"]


def test_refreshes_side_by_side_open_each_question_once(desk: Desk) -> None:
    document_id = asking.flags(desk, *[f"Atlantis {n}" for n in range(8)], *asking.KNOWN_FLAGS)
    desk.db.execute("UPDATE review.items SET status = 'withdrawn', closed_at = now()")
    found = together(
        desk,
        lambda c: c.execute("SELECT * FROM review.refresh(%s)", [document_id]).fetchone(),
        lambda c: c.execute("SELECT * FROM review.refresh(%s)", [document_id]).fetchone(),
        lambda c: c.execute("SELECT * FROM review.refresh()").fetchone(),
    )
    assert sum(each["opened"] for each in found) == 8, found
    assert desk.one("SELECT count(*) FROM review.queue WHERE decision_on = 'value'") == 8


def test_answer_and_undo_at_once_leave_one_of_both_states(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    asking.decide(desk, item_id, "custom", "NOR")
    together(
        desk,
        lambda c: c.execute(DECIDE, [item_id, "ISL", "jonas"]).fetchone(),
        lambda c: c.execute("SELECT * FROM review.undo(%s, 'maria')", [item_id]).fetchone(),
    )
    # undo first: ISL is a first answer; answer first: undo leaves NOR
    assert desk.cleaned(document_id, 2)[0] in ("ISL", "NOR")
    assert desk.one("SELECT count(*) FROM review.decisions") == 3
