"""Taking, beginning, extending, and the fence."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest

from tests.db.ops.queue_helpers import attempts, begun, consistent, depth, job, one, send, show_now, take


def refused(db: psycopg.Connection, statement: str, lease: tuple[str, int, int]) -> bool:
    """True where the statement is refused because the lease is lost, with a hint."""
    try:
        db.execute(statement, lease)
    except psycopg.DatabaseError as error:
        return error.sqlstate == "OC003" and bool(error.diag.message_hint)
    return False


ENDS = {
    "finish": "SELECT ops.finish(%s, %s, %s)",
    "fail": "SELECT ops.fail(%s, %s, %s, 'boom')",
    "park": "SELECT ops.park(%s, %s, %s, 'not ready')",
    "release": "SELECT ops.release(%s, %s, %s)",
    "hold": "SELECT ops.hold(%s, %s, %s)",
    "begin_attempt": "SELECT ops.begin_attempt(%s, %s, %s)",
}


def test_a_taken_job_is_hidden_from_others(db: psycopg.Connection) -> None:
    send(db, "k")
    assert len(take(db)) == 1
    assert take(db, worker="w2") == []
    assert depth(db)["in_flight"] == 1


def test_a_batch_is_as_large_as_the_policy_says_or_smaller(db: psycopg.Connection) -> None:
    db.execute("UPDATE ops.queue_policy SET batch_size = 3 WHERE queue = 'clean'")
    for number in range(10):
        send(db, f"k{number}")
    assert [row[2] for row in take(db)] == ["k0", "k1", "k2"]
    assert len(take(db, limit=99)) == 3
    assert len(take(db, limit=1)) == 1


def test_a_lease_that_ended_goes_to_the_next_worker_and_its_attempt_is_lost(db: psycopg.Connection) -> None:
    send(db, "k")
    begun(db, worker="w1")
    show_now(db)
    assert depth(db)["overdue"] == 1
    ((_, read_ct, _, attempt),) = take(db, worker="w2")
    assert (read_ct, attempt) == (2, 2)
    assert attempts(db, "k") == ["lost"]
    assert "w1 did not report back" in job(db, "k")["last_error"]


def test_a_job_that_was_only_taken_costs_no_attempt_when_its_worker_dies(db: psycopg.Connection) -> None:
    send(db, "k")
    for _ in range(10):
        ((_, _, _, attempt),) = take(db)
        assert attempt == 1
        show_now(db)
    assert attempts(db, "k") == []


@pytest.mark.parametrize("late", sorted(ENDS))
def test_a_late_worker_is_refused_whatever_it_tries(db: psycopg.Connection, late: str) -> None:
    send(db, "k")
    first = begun(db, worker="w1")
    show_now(db)
    second = begun(db, worker="w2")
    assert refused(db, ENDS[late], first)
    db.execute(ENDS["finish"], second)
    assert refused(db, ENDS[late], first)
    assert refused(db, ENDS[late], second)
    assert attempts(db, "k") == ["lost", "done"]
    assert consistent(db)


@pytest.mark.parametrize("end", ["finish", "fail", "park", "release"])
def test_a_lease_ends_once(db: psycopg.Connection, end: str) -> None:
    send(db, "k")
    lease = begun(db)
    db.execute(ENDS[end], lease)
    assert all(refused(db, statement, lease) for statement in ENDS.values())
    assert consistent(db)


def test_a_late_workers_whole_transaction_is_refused(database_url: str, db: psycopg.Connection) -> None:
    db.execute("CREATE TABLE result (worker text)")
    send(db, "k")
    first = begun(db, worker="w1")
    show_now(db)
    second = begun(db, worker="w2")
    with psycopg.connect(database_url) as other:
        other.execute("INSERT INTO result VALUES ('w1')")
        assert refused(other, ENDS["finish"], first)
        other.rollback()
    with db.transaction():
        db.execute(ENDS["hold"], second)
        db.execute("INSERT INTO result VALUES ('w2')")
        db.execute(ENDS["finish"], second)
    assert db.execute("SELECT worker FROM result").fetchall() == [("w2",)]


def test_a_held_job_is_not_taken_by_others_even_when_its_time_is_over(
    database_url: str, db: psycopg.Connection
) -> None:
    send(db, "k")
    lease = begun(db)
    show_now(db)
    with psycopg.connect(database_url) as writer:
        writer.execute(ENDS["hold"], lease)
        assert take(db, worker="w2") == []
        writer.execute(ENDS["finish"], lease)
    assert job(db, "k")["state"] == "done"


def test_an_extension_keeps_the_lease_and_tells_which_are_lost(db: psycopg.Connection) -> None:
    db.execute("UPDATE ops.queue_policy SET batch_size = 2 WHERE queue = 'clean'")
    send(db, "a")
    send(db, "b")
    (a, *_), (b, *_) = take(db)
    db.execute("UPDATE pgmq.q_clean SET vt = clock_timestamp() WHERE msg_id = %s", (b,))
    take(db, worker="w2")
    db.execute("UPDATE pgmq.q_clean SET vt = clock_timestamp() + '1 s' WHERE msg_id = %s", (a,))
    held = db.execute("SELECT ops.extend('clean', %s::bigint[], '{1,1}')", ([a, b],)).fetchall()
    assert held == [(a,)]
    assert one(db, "SELECT vt > clock_timestamp() + '1 min' FROM pgmq.q_clean WHERE msg_id = %s", a)


def test_an_attempt_that_runs_for_too_long_is_extended_no_more_and_goes_to_another_worker(
    db: psycopg.Connection,
) -> None:
    send(db, "k")
    queue, msg_id, read_ct = begun(db)
    extend = "SELECT ops.extend(%s, %s::bigint[], %s)"
    assert db.execute(extend, (queue, [msg_id], [read_ct])).fetchall() == [(msg_id,)]
    db.execute("UPDATE ops.job_attempt SET begun_at = clock_timestamp() - interval '31 minutes'")
    assert db.execute(extend, (queue, [msg_id], [read_ct])).fetchall() == []
    show_now(db)
    assert [taken[0] for taken in take(db, worker="w2")] == [msg_id]
    assert "time limit of 00:30:00" in job(db, "k")["last_error"]
    assert refused(db, ENDS["finish"], (queue, msg_id, read_ct))


def test_an_extension_never_waits_for_a_write_transaction(database_url: str, db: psycopg.Connection) -> None:
    send(db, "k")
    queue, msg_id, read_ct = begun(db)
    with psycopg.connect(database_url) as writer:
        writer.execute(ENDS["hold"], (queue, msg_id, read_ct))
        db.execute("SET statement_timeout = '2s'")
        assert db.execute(
            "SELECT ops.extend('clean', %s::bigint[], %s)", ([msg_id], [read_ct])
        ).fetchall() == [(msg_id,)]


def test_an_extension_that_comes_after_the_end_changes_nothing(db: psycopg.Connection) -> None:
    send(db, "k")
    queue, msg_id, read_ct = begun(db)
    db.execute(ENDS["release"], (queue, msg_id, read_ct))
    assert db.execute("SELECT ops.extend('clean', %s::bigint[], %s)", ([msg_id], [read_ct])).fetchall() == []
    assert depth(db)["visible"] == 1


def test_an_attempt_begins_once(db: psycopg.Connection) -> None:
    send(db, "k")
    lease = begun(db)
    with pytest.raises(psycopg.DatabaseError) as twice:
        db.execute(ENDS["begin_attempt"], lease)
    assert twice.value.sqlstate == "OC002"


def test_a_message_sent_without_the_ledger_is_entered_when_it_is_taken(db: psycopg.Connection) -> None:
    msg_id = one(db, "SELECT pgmq.send('clean', '{\"document_id\": 7}')")
    assert not consistent(db)
    assert take(db)[0][2] == f"pgmq:{msg_id}"
    assert consistent(db)


def test_two_workers_never_take_the_same_job(database_url: str, db: psycopg.Connection) -> None:
    db.execute(
        "SELECT ops.enqueue_many('score', array_agg('{}'::jsonb), array_agg('k' || n))"
        " FROM generate_series(1, 300) AS n"
    )
    taken: list[list[str]] = [[], []]

    def worker(number: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            while batch := take(own, "score", f"w{number}"):
                taken[number] += [key for _, _, key, _ in batch]

    threads = [threading.Thread(target=worker, args=(number,)) for number in (0, 1)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert time.monotonic() - began < 30
    assert len(taken[0]) + len(taken[1]) == 300
    assert len({*taken[0], *taken[1]}) == 300
