"""Workers are killed, connections cut, servers restarted: nothing is lost, nothing is doubled."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.workers.runtime_handlers import HANDLERS, KILLED_AT, clean, score
from tests.workers.runtime_process import (
    background,
    each_once,
    prepare,
    process,
    results,
    settled,
    terminate,
    until,
)
from workers.deploy import migrate
from workers.runtime import Commit, Job, Services, run
from workers.runtime_attempt import Bench
from workers.runtime_keeper import Keeper


@pytest.mark.parametrize("step", KILLED_AT)
def test_a_worker_killed_at_any_step_loses_nothing_and_doubles_nothing(
    database_url: str, db: psycopg.Connection, step: str
) -> None:
    prepare(db, "a", "b")
    with process(database_url, step, drain=True) as killed:
        assert killed.wait(timeout=30) == -signal.SIGKILL
    run(database_url, drain=True, handlers=HANDLERS)
    assert results(db) == each_once("a", "b")
    assert settled(db)


def test_a_poison_pill_becomes_a_dead_letter_and_is_sent_again(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db, "pill")
    db.execute("UPDATE ops.queue_policy SET max_attempts = 2")
    for _ in range(2):
        with process(database_url, "poison", drain=True) as killed:
            assert killed.wait(timeout=30) == -signal.SIGKILL
        time.sleep(1.0)
    with process(database_url, "poison", drain=True) as third:
        assert third.wait(timeout=30) == 0
    (letter,) = db.execute("SELECT job_key, attempts, requeue_with FROM ops.dead_letters").fetchall()
    assert letter[:2] == ("pill", 2)
    assert db.execute("SELECT outcome FROM ops.job_failures").fetchall() == [("lost",), ("lost",)]
    db.execute(letter[2])
    run(database_url, drain=True, handlers=HANDLERS)
    assert results(db) == each_once("pill")
    assert settled(db)


@pytest.mark.parametrize("phase", ["outside work", "inside write", "keeper", "reader", "unknown outcome"])
def test_a_terminated_backend_is_replaced_and_its_job_done_once(
    database_url: str, db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    prepare(db, "a", "b")
    cut = threading.Event()

    def handler(job: Job, services: Services) -> Commit:
        first = not cut.is_set()
        with services.connect() as own:
            own.execute("SELECT 1")
        if first and phase == "outside work":
            cut.set()
            assert terminate(db, "oceanid worker") == 1
        if first and phase == "keeper":
            cut.set()
            until(lambda: terminate(db, "oceanid worker (keeper)") == 1)
            time.sleep(1.5)  # longer than the lease: the keeper must have come back
        if first and phase == "reader":
            cut.set()
            terminate(db, "oceanid worker (read)")
            with services.connect() as own:
                own.execute("SELECT 1")
        commit = clean(job, services)

        def committed(connection: psycopg.Connection) -> None:
            commit(connection)
            if first and phase == "inside write":
                cut.set()
                connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        return committed

    write = Bench._write

    def write_and_lose(self: Bench, connection: psycopg.Connection, job: Job, commit: Commit) -> None:
        write(self, connection, job, commit)
        if phase == "unknown outcome" and not cut.is_set():
            # The commit happened and its answer was lost on the way.
            cut.set()
            connection.close()
            raise psycopg.OperationalError("connection lost")

    monkeypatch.setattr(Bench, "_write", write_and_lose)
    report = run(database_url, drain=True, handlers={"clean": handler, "score": score})
    assert cut.is_set()
    assert results(db) == each_once("a", "b")
    assert settled(db)
    assert report.reconnects == (0 if phase in ("keeper", "reader") else 1)
    lost = db.execute("SELECT count(*) FROM ops.job_failures").fetchone()
    assert lost == ((1,) if phase in ("outside work", "inside write", "reader") else (0,))


def test_an_idle_worker_whose_backend_is_terminated_goes_on(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db)
    with background(database_url) as (pulse, finish):
        until(lambda: pulse.rest == 0.2)  # it has looked at its queues and rests
        assert terminate(db, "oceanid worker") == 1
        db.execute("SELECT ops.enqueue('clean', '{}', 'k')")
        until(lambda: results(db) == each_once("k"))
        assert finish().reconnects >= 1
    assert settled(db)


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_workers_outlive_a_restart_of_the_server(server: Callable[..., Any], how: str) -> None:
    private = server()
    migrate(private.url)
    keys = [f"k{number:02}" for number in range(30)]
    with psycopg.connect(private.url, autocommit=True) as db:
        prepare(db, *keys, seconds=0.1)
    with process(private.url) as worker, background(private.url) as (_, finish):

        def done() -> int:
            with psycopg.connect(private.url) as db:
                return len(results(db))

        def alive() -> int:
            with psycopg.connect(private.url) as db:
                row = db.execute("SELECT count(*) FROM ops.worker_status WHERE alive").fetchone()
                assert row is not None
                return int(row[0])

        until(lambda: done() >= 3 and alive() == 2)
        if how == "restart":
            private.restart()
        else:
            private.kill()
            private.start()
        until(lambda: done() >= 60, seconds=30)
        finish()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    with psycopg.connect(private.url) as db:
        assert results(db) == each_once(*keys)
        assert settled(db)


def test_of_two_workers_on_one_message_the_late_one_is_refused(
    database_url: str, db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Doubles a worker that was suspended: its keeper extends nothing, so that its lease ends under it.
    monkeypatch.setattr(Keeper, "_extend", lambda self, connection: None)
    prepare(db, "k")
    go = threading.Event()

    def slow(job: Job, services: Services) -> Commit:
        go.wait(20)
        return clean(job, services)

    with background(database_url, {"clean": slow, "score": score}, queues=["clean"]) as (pulse, finish):
        until(lambda: pulse.job)
        quick = run(database_url, ["clean"], drain=True, handlers=HANDLERS, patience=10)
        go.set()
        late = finish()
    assert (quick.done, late.done, late.late) == (1, 0, 1)
    assert results(db) == [("clean", "k")]
    assert db.execute("SELECT attempt FROM result").fetchall() == [(2,)]
    run(database_url, drain=True, handlers=HANDLERS)
    assert settled(db)


def test_a_job_that_takes_longer_than_its_lease_stays_with_its_worker(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db, "k", seconds=2.5)
    with background(database_url) as (_, finish), background(database_url) as (_, finish_other):
        until(lambda: results(db) == each_once("k"))
        assert finish().late == finish_other().late == 0
    assert db.execute("SELECT attempt FROM result WHERE queue = 'clean'").fetchall() == [(1,)]
    assert settled(db)


def test_the_same_message_twice_is_done_once(database_url: str, db: psycopg.Connection) -> None:
    prepare(db, "k", "k")
    run(database_url, drain=True, handlers=HANDLERS)
    db.execute("SELECT ops.enqueue('clean', '{}', 'k')")
    assert run(database_url, drain=True, handlers=HANDLERS).done == 0
    assert results(db) == each_once("k")
