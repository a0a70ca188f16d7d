"""Schedules: what is due is sent once, however many ask; nothing piles up; a failure is seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.documents import Desk
from workers import runtime

COUNTER = """
CREATE TABLE public.called (at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION public.count_call() RETURNS void LANGUAGE sql AS 'INSERT INTO public.called DEFAULT VALUES';
"""


@pytest.fixture
def counted(db: psycopg.Connection) -> psycopg.Connection:
    """One schedule, of an hour, that counts its calls."""
    db.execute(COUNTER)
    db.execute("UPDATE ops.schedule SET enabled = false")
    db.execute("INSERT INTO ops.schedule (name, call, every) VALUES ('count', 'public.count_call', '1 hour')")
    return db


def due(db: psycopg.Connection) -> int:
    (sent,) = db.execute("SELECT ops.run_due()").fetchone() or (None,)
    assert isinstance(sent, int)
    return sent


def wind(db: psycopg.Connection, by: str = "1 hour") -> None:
    """Let that time pass."""
    db.execute("UPDATE ops.schedule_state SET since = since - %s::interval", [by])


def calls(db: psycopg.Connection, url: str) -> int:
    """Let a worker do what was sent; how often the function was called by now."""
    runtime.run(url, ["maintain"], drain=True)
    (count,) = db.execute("SELECT count(*) FROM public.called").fetchone() or (None,)
    return int(count)


def test_a_schedule_is_first_due_one_interval_after_it_was_seen(
    counted: psycopg.Connection, database_url: str
) -> None:
    assert due(counted) == 0
    wind(counted, "59 minutes")
    assert due(counted) == 0
    wind(counted, "2 minutes")
    assert due(counted) == 1
    assert calls(counted, database_url) == 1
    assert due(counted) == 0


def test_what_was_missed_while_nobody_asked_is_one_call(
    counted: psycopg.Connection, database_url: str
) -> None:
    due(counted)
    wind(counted, "30 days")
    assert [due(counted), due(counted)] == [1, 0]
    assert calls(counted, database_url) == 1


def test_many_workers_that_ask_at_once_send_one_job(counted: psycopg.Connection, database_url: str) -> None:
    due(counted)
    wind(counted)
    sent: list[Any] = []
    gate = threading.Barrier(8)

    def ask() -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            gate.wait(10)
            sent.append(due(own))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(sent) == [0] * 7 + [1]
    assert calls(counted, database_url) == 1


def test_a_call_that_is_being_sent_by_another_is_passed_over_not_waited_for(
    counted: psycopg.Connection, database_url: str
) -> None:
    due(counted)
    wind(counted)
    with psycopg.connect(database_url) as other:
        assert due(other) == 1
        counted.execute("SET lock_timeout = '200 ms'")
        assert due(counted) == 0
        other.rollback()
    assert due(counted) == 1


def test_no_second_job_is_sent_while_the_last_one_waits(counted: psycopg.Connection) -> None:
    due(counted)
    for expected in (1, 0, 0):
        wind(counted)
        assert due(counted) == expected
    counted.execute("UPDATE ops.job SET state = 'done', ended_at = now()")
    assert due(counted) == 1


def test_an_interval_that_was_shortened_holds_at_once(counted: psycopg.Connection) -> None:
    due(counted)
    wind(counted, "10 minutes")
    assert due(counted) == 0
    counted.execute("UPDATE ops.schedule SET every = '5 minutes' WHERE name = 'count'")
    assert due(counted) == 1


def test_a_disabled_schedule_is_not_called_even_if_its_job_was_sent(
    counted: psycopg.Connection, database_url: str
) -> None:
    due(counted)
    wind(counted)
    assert due(counted) == 1
    counted.execute("UPDATE ops.schedule SET enabled = false")
    assert calls(counted, database_url) == 0
    wind(counted)
    assert due(counted) == 0
    assert counted.execute("SELECT next_run_at FROM ops.schedule_status WHERE name = 'count'").fetchone() == (
        None,
    )


def test_the_beat_of_a_worker_sends_what_is_due(counted: psycopg.Connection) -> None:
    beat = "SELECT ops.beat('w', 'h', 1, '{ingest}', %s)"
    due(counted)
    wind(counted)
    waiting = "SELECT count(*) FROM ops.job WHERE queue = 'maintain' AND payload ->> 'schedule' = 'count'"
    counted.execute(beat, ["stopped"])
    assert counted.execute(waiting).fetchone() == (0,)
    counted.execute(beat, ["idle"])
    counted.execute(beat, ["idle"])
    assert counted.execute(waiting).fetchone() == (1,)


def test_the_view_tells_when_it_was_and_when_it_will_be(
    counted: psycopg.Connection, database_url: str
) -> None:
    view = "SELECT last_state, last_run_at, next_run_at - clock_timestamp() FROM ops.schedule_status WHERE name = 'count'"
    due(counted)
    state, at, ahead = counted.execute(view).fetchone() or (None, None, None)
    assert (state, at) == (None, None) and 3590 < ahead.total_seconds() <= 3600
    wind(counted)
    due(counted)
    calls(counted, database_url)
    state, at, ahead = counted.execute(view).fetchone() or (None, None, None)
    assert state == "done" and at is not None and ahead.total_seconds() > 3590


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        ("DELETE FROM ops.schedule WHERE name = 'count'", "there is no schedule 'count'"),
        (
            "UPDATE ops.schedule SET call = 'public.no_such'",
            "calls public.no_such\\(\\), which does not exist",
        ),
        ("UPDATE ops.schedule SET call = 'review.draw_audit'", "which does not exist"),
    ],
)
def test_a_schedule_that_cannot_be_called_says_so(
    counted: psycopg.Connection, break_it: str, message: str
) -> None:
    counted.execute(break_it)
    with pytest.raises(psycopg.errors.DatabaseError, match=message) as error:
        counted.execute("SELECT ops.run_schedule('count')")
    assert error.value.sqlstate == "OC404" and error.value.diag.message_hint


def test_a_job_of_the_queue_that_names_no_schedule_is_rejected(
    db: psycopg.Connection, database_url: str
) -> None:
    db.execute("SELECT ops.enqueue('maintain', '{}', 'k')")
    assert runtime.run(database_url, ["maintain"], drain=True).rejected == 1


def test_every_shipped_schedule_runs_with_the_rights_of_a_worker(desk: Desk) -> None:
    desk.clean(["Vessel Name", "Flag State"], [["A", "Atlantis"], ["B", "NOR"]])
    names = [row["name"] for row in desk.rows("SELECT name FROM ops.schedule WHERE shipped ORDER BY 1")]
    assert {"review.ask_again", "review.calibrate", "review.propose_rules"} <= set(names)
    for name in names:
        with desk.db.transaction():
            desk.db.execute("SET LOCAL ROLE oceanid_worker")
            desk.db.execute("SELECT ops.run_schedule(%s)", [name])


def test_questions_are_asked_again_once_for_each_source(desk: Desk) -> None:
    for name, flag in (("X", "Atlantis"), ("X", "Lemuria"), ("Y", "Mordor")):
        desk.clean(["Vessel Name", "Flag State"], [[f"A {flag}", flag], ["B", "NOR"]], name)
    desk.db.execute("UPDATE review.items SET status = 'withdrawn', closed_at = now()")
    assert [desk.one("SELECT review.ask_again()"), desk.one("SELECT review.ask_again()")] == [2, 0]
    desk.drain()
    assert {r["subject"] for r in desk.rows("SELECT subject FROM review.queue WHERE decision_on = 'value'")} == {
        "Atlantis", "Lemuria", "Mordor",
    }  # fmt: skip


def test_only_operators_change_schedules(db: psycopg.Connection) -> None:
    change: Callable[[], Any] = lambda: db.execute("UPDATE ops.schedule SET every = '1 day'")  # noqa: E731
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
        db.execute("SET LOCAL ROLE oceanid_worker")
        change()
    with db.transaction():
        db.execute("SET LOCAL ROLE oceanid_operator")
        assert change().rowcount > 0
