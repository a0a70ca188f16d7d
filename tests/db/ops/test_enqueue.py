from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
import pytest

from tests.db.ops.queue_helpers import begun, consistent, depth, job, one, send, take


def test_the_same_key_twice_is_one_job(db: psycopg.Connection) -> None:
    assert send(db, "document:1") == send(db, "document:1", payload='{"other": 1}')
    assert depth(db)["messages"] == 1
    assert job(db, "document:1")["payload"] == {"document_id": 1}
    assert consistent(db)


def test_the_same_key_is_another_job_in_another_queue(db: psycopg.Connection) -> None:
    send(db, "k", "clean")
    send(db, "k", "score")
    assert depth(db, "clean")["messages"] == depth(db, "score")["messages"] == 1


@pytest.mark.parametrize("end", ["taken", "done", "dead"])
def test_a_known_key_sends_nothing_whatever_became_of_its_job(db: psycopg.Connection, end: str) -> None:
    msg_id = send(db, "k")
    if end == "taken":
        take(db)
    else:
        lease = begun(db)
        db.execute(
            "SELECT ops.finish(%s, %s, %s)" if end == "done" else "SELECT ops.fail(%s, %s, %s, 'bad', true)",
            lease,
        )
    messages = depth(db)["messages"]
    assert send(db, "k") == msg_id
    assert depth(db)["messages"] == messages
    assert job(db, "k")["state"] == end


def test_a_job_is_sent_with_the_callers_transaction_or_not_at_all(db: psycopg.Connection) -> None:
    with db.transaction(force_rollback=True):
        send(db, "k")
    assert depth(db)["messages"] == 0
    assert one(db, "SELECT count(*) FROM ops.job") == 0


def test_two_transactions_with_the_same_key_send_one_message(
    database_url: str, db: psycopg.Connection
) -> None:
    got: list[int] = []

    def second() -> None:
        with psycopg.connect(database_url) as other:
            got.append(send(other, "k"))

    with psycopg.connect(database_url) as first:
        msg_id = send(first, "k")
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive(), "the second waits for the first to commit"
    thread.join(timeout=5)
    assert got == [msg_id]
    assert depth(db)["messages"] == 1
    assert consistent(db)


def test_one_transaction_notifies_once_however_much_it_sends(
    database_url: str, db: psycopg.Connection
) -> None:
    db.execute("LISTEN oceanid_clean")
    with psycopg.connect(database_url) as other:
        for number in range(20):
            send(other, f"k{number}")
    assert [n.channel for n in db.notifies(timeout=1)] == ["oceanid_clean"]


def test_a_delayed_job_is_not_visible_before_its_time(db: psycopg.Connection) -> None:
    db.execute("SELECT ops.enqueue('clean', '{}', 'k', '1 hour')")
    assert take(db) == []
    assert depth(db) == {"messages": 1, "visible": 0, "in_flight": 0, "delayed": 1, "overdue": 0}


@pytest.mark.parametrize(
    ("call", "sqlstate"),
    [
        ("ops.enqueue('clean', '{}', '')", "OC001"),
        ("ops.enqueue('clean', '{}', NULL)", "OC001"),
        ("ops.enqueue('clean', NULL, 'k')", "OC001"),
        ("ops.enqueue('nowhere', '{}', 'k')", "OC404"),
        ("ops.enqueue_many('nowhere', ARRAY['{}']::jsonb[], ARRAY['k'])", "OC404"),
        ("ops.enqueue_many('clean', ARRAY['{}']::jsonb[], ARRAY['k', 'l'])", "OC001"),
        ("ops.enqueue_many('clean', ARRAY['{}', NULL]::jsonb[], ARRAY['k', 'l'])", "OC001"),
        ("ops.policy_of('nowhere')", "OC404"),
        ("ops.requeue('clean', 'nothing')", "OC404"),
        ("ops.take('nowhere', 'w')", "OC404"),
        ("ops.next_visible(ARRAY['nowhere'])", "OC404"),
        ("ops.purge_done(NULL)", "OC001"),
    ],
)
def test_a_wrong_call_says_cause_and_cure(db: psycopg.Connection, call: str, sqlstate: str) -> None:
    with pytest.raises(psycopg.DatabaseError) as refused:
        db.execute(f"SELECT {call}")
    assert refused.value.sqlstate == sqlstate
    assert refused.value.diag.message_hint


def test_many_jobs_are_sent_once_each(db: psycopg.Connection) -> None:
    send(db, "b", "score", '{"n": "earlier"}')
    new = one(
        db,
        "SELECT ops.enqueue_many('score',"
        """ ARRAY['{"n": 3}', '{"n": 2}', '{"n": 1}', '{"n": 4}']::jsonb[],"""
        " ARRAY['c', 'b', 'a', 'a'])",
    )
    assert new == 2
    assert [job(db, key, "score")["payload"]["n"] for key in "abc"] == [1, "earlier", 3]
    messages = db.execute(
        "SELECT q.message, j.payload FROM pgmq.q_score q JOIN ops.job j USING (msg_id)"
    ).fetchall()
    assert len(messages) == 3
    assert all(message == payload for message, payload in messages)
    assert consistent(db)
    assert one(db, "SELECT ops.enqueue_many('score', '{}', '{}')") == 0


def test_a_policy_row_creates_its_queue(db: psycopg.Connection) -> None:
    db.execute("INSERT INTO ops.queue_policy (queue) VALUES ('weigh')")
    send(db, "k", "weigh")
    assert len(take(db, "weigh")) == 1


def test_a_thousand_jobs_sent_at_once_are_a_matter_of_milliseconds(new_database: Callable[..., str]) -> None:
    with psycopg.connect(new_database(), autocommit=True) as db:
        began = time.monotonic()
        count = one(
            db,
            "SELECT ops.enqueue_many('score', array_agg(jsonb_build_object('n', n)), array_agg('k' || n))"
            " FROM generate_series(1, 1000) AS n",
        )
        assert count == 1000
        assert time.monotonic() - began < 2  # far above what it takes: a loop over rows would show
