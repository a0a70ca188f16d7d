"""Rolling back: exact, also when later runs have followed; refused where there is nothing to take back."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS, listed, promote, rollback, state
from tests.documents import Desk

LATER = [["V1", "NORDIC SUN", *VESSELS[0][2:]], *VESSELS[1:4]]


def test_the_last_run_rolled_back_leaves_everything_as_it_was(desk: Desk) -> None:
    promote(desk, listed(desk))
    promote(desk, listed(desk, [[f"X{n}", *row[1:]] for n, row in enumerate(VESSELS)], "OTHER"))
    before = state(desk)
    run = promote(desk, listed(desk, LATER))
    assert state(desk) != before
    back = rollback(desk, run["run_id"])
    assert (back["records_withdrawn"], back["records_restored"]) == (4, 5)
    assert state(desk) == before
    assert promoting.broken(desk) == []


def test_a_run_that_is_not_the_last_goes_as_if_it_had_never_been(desk: Desk) -> None:
    promote(desk, listed(desk))
    other = listed(desk, [[f"X{n}", *row[1:]] for n, row in enumerate(LATER)], "OTHER")
    third = listed(desk, [[f"Y{n}", *row[1:]] for n, row in enumerate(VESSELS[1:])], "THIRD")
    middle = promote(desk, other)
    promote(desk, third)
    rollback(desk, middle["run_id"])
    after = promoting.content(desk)
    assert {record["document_id"] for record in after["records"]}.isdisjoint({other})
    # what a database says in which that run never was
    promote(desk, other)
    rollback(desk, desk.one("SELECT max(run_id) FROM stage.promotion_log"))
    assert promoting.content(desk) == after
    assert promoting.broken(desk) == []


def lenient(desk: Desk) -> None:
    """Documents may lack a fifth of what is required."""
    desk.db.execute("UPDATE promote.policy SET value = 0.8 WHERE policy = 'minimum_coverage'")


def test_an_older_run_of_a_document_takes_nothing_from_what_its_later_run_says(desk: Desk) -> None:
    lenient(desk)
    document_id = listed(desk, [*VESSELS, ["V6", "SELV\ufffdG", "9244946", "NOR", "LAAC", "30", "99"]])
    first = promote(desk, document_id)
    assert first["records_held"] == 1
    promoting.answer(desk, "SELV\ufffdG", "SELVÅG")
    promote(desk, document_id)
    before = state(desk)
    back = rollback(desk, first["run_id"])
    assert (back["records_withdrawn"], back["vessels_changed"]) == (0, 0)
    assert state(desk) == before
    assert promoting.broken(desk) == []


def test_rolling_back_a_correction_brings_the_run_before_it_back(desk: Desk) -> None:
    lenient(desk)
    document_id = listed(desk, [*VESSELS, ["V6", "SELV\ufffdG", "9244946", "NOR", "LAAC", "30", "99"]])
    promote(desk, document_id)
    before = state(desk)
    promoting.answer(desk, "SELV\ufffdG", "SELVÅG")
    second = promote(desk, document_id)
    assert (second["records_new"], second["records_ended"]) == (1, 0)
    rollback(desk, second["run_id"])
    assert state(desk) == before


def test_history_says_what_was_believed_while_the_run_stood(desk: Desk) -> None:
    promote(desk, listed(desk))
    run = promote(desk, listed(desk, LATER))
    believed = desk.one("SELECT clock_timestamp()")
    rollback(desk, run["run_id"])
    names = "SELECT array_agg(n.name ORDER BY n.name) FROM curated.names AS n JOIN {} AS v USING (record_version_id)"
    then = desk.one(names.format("curated.as_of(NULL, %s)"), believed)
    assert then == ["BLUE WAVE", "NORDIC SUN", "RED BERRY", "SEA EAGLE"]
    periods = "(SELECT * FROM curated.record_versions WHERE recorded @> %s::timestamptz)"
    assert desk.one(names.format(periods), believed) == then
    assert "NORDIC STAR" in desk.one(names.format("curated.as_of()"))


def test_a_rolled_back_document_waits_until_somebody_promotes_it(desk: Desk) -> None:
    document_id = listed(desk)
    run = promote(desk, document_id)
    rollback(desk, run["run_id"])
    desk.drain()
    assert desk.one("SELECT promote.sweep(true)") == 0
    assert promoting.vessels(desk) == []
    assert promote(desk, document_id)["status"] == "promoted"
    assert len(promoting.vessels(desk)) == 5


def test_it_says_who_when_and_why(desk: Desk) -> None:
    run = promote(desk, listed(desk))
    rollback(desk, run["run_id"], "the wrong file")
    (log,) = desk.rows("SELECT * FROM stage.promotion_log WHERE run_id = %s", run["run_id"])
    assert (log["status"], log["rolled_back_by"], log["rolled_back_why"]) == (
        "rolled_back",
        "maria",
        "the wrong file",
    )
    assert log["rolled_back_at"] > log["recorded_at"]


def test_a_run_is_rolled_back_once(desk: Desk) -> None:
    run = promote(desk, listed(desk))
    rollback(desk, run["run_id"])
    with pytest.raises(psycopg.Error, match="was rolled back already, by maria") as error:
        rollback(desk, run["run_id"])
    assert error.value.sqlstate == "OC002" and "promote.run" in str(error.value.diag.message_hint)


def test_a_run_that_promoted_nothing_cannot_be_rolled_back(desk: Desk) -> None:
    document_id = listed(desk)
    promote(desk, document_id)
    promote(desk, document_id)
    with pytest.raises(psycopg.Error, match="promoted nothing: it is unchanged") as error:
        rollback(desk, desk.one("SELECT max(run_id) FROM stage.promotion_log"))
    assert error.value.sqlstate == "OC002"


@pytest.mark.parametrize(("run", "who", "state"), [(99, "maria", "OC404"), (1, " ", "OC001")])
def test_an_unknown_run_and_nobody_are_refused(desk: Desk, run: int, who: str, state: str) -> None:
    with pytest.raises(psycopg.Error) as error:
        desk.rows("SELECT * FROM promote.rollback(%s, %s)", run, who)
    assert error.value.sqlstate == state and error.value.diag.message_hint
