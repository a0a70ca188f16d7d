"""How an attempt ends: done, failed, parked, given back; dead letters and sending again."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from tests.db.ops.queue_helpers import attempts, begun, consistent, depth, job, one, send, show_now, take


def test_a_finished_job_leaves_the_queue_and_stays_in_archive_and_ledger(db: psycopg.Connection) -> None:
    msg_id = send(db, "k")
    db.execute("SELECT ops.finish(%s, %s, %s)", begun(db))
    assert depth(db)["messages"] == 0
    assert one(db, "SELECT msg_id FROM pgmq.a_clean") == msg_id
    assert (job(db, "k")["state"], attempts(db, "k")) == ("done", ["done"])


def test_the_wait_after_a_failure_grows_up_to_its_limit(db: psycopg.Connection) -> None:
    db.execute(
        "UPDATE ops.queue_policy SET max_attempts = 8, backoff_base = '10 s', backoff_max = '2 min'"
        " WHERE queue = 'clean'"
    )
    send(db, "k")
    waits = []
    for _ in range(7):
        lease = begun(db)
        waits.append(
            one(
                db,
                "SELECT extract(EPOCH FROM ops.fail(%s, %s, %s, 'boom') - clock_timestamp())::float",
                *lease,
            )
        )
        assert take(db) == [], "it waits"
        show_now(db)
    for wait, expected in zip(waits, [10, 20, 40, 80, 120, 120, 120], strict=True):
        assert 0.79 * expected <= wait <= 1.21 * expected
    assert waits[0] < waits[1] < waits[2] < waits[3]


def test_backoff_doubles_and_never_overflows(db: psycopg.Connection) -> None:
    waits = [one(db, "SELECT ops.backoff('1 s', '1 h', %s)", n) for n in (0, 1, 2, 5, 100, 2_000_000_000)]
    assert waits == [timedelta(seconds=s) for s in (1, 1, 2, 16, 3600, 3600)]


def test_after_the_last_attempt_a_job_is_a_dead_letter_with_its_errors_kept(db: psycopg.Connection) -> None:
    db.execute("UPDATE ops.queue_policy SET max_attempts = 3 WHERE queue = 'clean'")
    send(db, "k")
    for number in range(3):
        retry_at = one(db, "SELECT ops.fail(%s, %s, %s, %s)", *begun(db), f"boom {number}")
        assert (retry_at is None) == (number == 2)
        show_now(db)
    assert depth(db)["messages"] == 0
    errors = db.execute(
        "SELECT outcome, error FROM ops.job_failures WHERE job_key = 'k' ORDER BY begun_at"
    ).fetchall()
    assert errors == [("failed", "boom 0"), ("failed", "boom 1"), ("failed", "boom 2")]
    assert db.execute("SELECT queue, job_key, attempts, error FROM ops.dead_letters").fetchall() == [
        ("clean", "k", 3, "boom 2")
    ]
    assert consistent(db)


def test_a_final_failure_is_a_dead_letter_at_once(db: psycopg.Connection) -> None:
    send(db, "k")
    assert one(db, "SELECT ops.fail(%s, %s, %s, 'not a spreadsheet', true)", *begun(db)) is None
    assert (job(db, "k")["state"], attempts(db, "k")) == ("dead", ["rejected"])


def test_a_job_whose_workers_die_again_and_again_becomes_a_dead_letter(db: psycopg.Connection) -> None:
    db.execute("UPDATE ops.queue_policy SET max_attempts = 2 WHERE queue = 'clean'")
    send(db, "poison")
    for worker in ("w1", "w2"):
        begun(db, worker=worker)
        show_now(db)
    assert take(db, worker="w3") == []
    assert (job(db, "poison")["state"], attempts(db, "poison")) == ("dead", ["lost", "lost"])
    assert "w2 did not report back" in one(db, "SELECT error FROM ops.dead_letters")
    assert one(db, "SELECT retry_at IS NULL FROM ops.job_failures ORDER BY begun_at DESC LIMIT 1")
    assert depth(db)["messages"] == 0
    assert consistent(db)


def test_a_poison_pill_does_not_use_up_the_attempts_of_its_batch(db: psycopg.Connection) -> None:
    db.execute("UPDATE ops.queue_policy SET max_attempts = 1, batch_size = 3 WHERE queue = 'clean'")
    for key in ("poison", "a", "b"):
        send(db, key)
    batch = take(db)
    db.execute("SELECT ops.begin_attempt('clean', %s, %s)", batch[0][:2])
    show_now(db)
    assert [row[2] for row in take(db)] == ["a", "b"]
    assert job(db, "poison")["state"] == "dead"


def test_a_failure_before_the_work_began_counts_as_an_attempt(db: psycopg.Connection) -> None:
    send(db, "k")
    ((msg_id, read_ct, *_),) = take(db)
    db.execute("SELECT ops.fail('clean', %s, %s, 'cannot even begin')", (msg_id, read_ct))
    assert (job(db, "k")["attempts"], attempts(db, "k")) == (1, ["failed"])


def test_parking_uses_up_no_attempt(db: psycopg.Connection) -> None:
    db.execute("UPDATE ops.queue_policy SET max_attempts = 2 WHERE queue = 'clean'")
    send(db, "k")
    for _ in range(5):
        lease = begun(db)
        wait = one(db, "SELECT ops.park(%s, %s, %s, 'Triton is loading', '1 h') - clock_timestamp()", *lease)
        assert timedelta(minutes=59) < wait <= timedelta(hours=1)
        assert take(db) == []
        show_now(db)
    assert (job(db, "k")["attempts"], job(db, "k")["parked"]) == (0, 5)
    assert attempts(db, "k") == ["parked"] * 5
    assert take(db)[0][3] == 1


def test_parking_without_a_delay_waits_as_the_policy_says(db: psycopg.Connection) -> None:
    db.execute("UPDATE ops.queue_policy SET park_delay = '7 min' WHERE queue = 'clean'")
    send(db, "k")
    wait = one(db, "SELECT ops.park(%s, %s, %s, 'not ready') - clock_timestamp()", *begun(db))
    assert timedelta(minutes=6, seconds=59) < wait <= timedelta(minutes=7)


def test_a_released_job_is_visible_at_once_and_the_attempt_does_not_count(db: psycopg.Connection) -> None:
    send(db, "k")
    db.execute("SELECT ops.release(%s, %s, %s)", begun(db))
    assert (job(db, "k")["attempts"], attempts(db, "k")) == (0, ["returned"])
    assert take(db)[0][3] == 1


def test_requeue_sends_a_dead_letter_again_with_all_its_attempts(db: psycopg.Connection) -> None:
    first = send(db, "k")
    db.execute("SELECT ops.fail(%s, %s, %s, 'bad', true)", begun(db))
    statement = one(db, "SELECT requeue_with FROM ops.dead_letters")
    second = one(db, statement)
    assert second != first
    assert one(db, "SELECT ops.requeue('clean', 'k')") == second, "twice is once"
    assert db.execute("SELECT * FROM ops.dead_letters").fetchall() == []
    assert take(db)[0][3] == 1
    assert (job(db, "k")["sends"], attempts(db, "k")) == (2, ["rejected"])
    assert consistent(db)


def test_requeue_sends_a_job_that_is_done_again(db: psycopg.Connection) -> None:
    send(db, "k")
    db.execute("SELECT ops.finish(%s, %s, %s)", begun(db))
    db.execute("SELECT ops.requeue('clean', 'k')")
    db.execute("SELECT ops.finish(%s, %s, %s)", begun(db))
    assert attempts(db, "k") == ["done", "done"]


def test_requeue_leaves_a_job_alone_that_waits_or_is_worked_on(db: psycopg.Connection) -> None:
    msg_id = send(db, "k")
    assert one(db, "SELECT ops.requeue('clean', 'k')") == msg_id
    begun(db)
    assert one(db, "SELECT ops.requeue('clean', 'k')") == msg_id
    assert depth(db)["messages"] == 1


def test_all_dead_letters_of_a_queue_are_sent_again_at_once(db: psycopg.Connection) -> None:
    for queue in ("clean", "score"):
        for key in ("a", "b"):
            send(db, key, queue)
            db.execute("SELECT ops.fail(%s, %s, %s, 'bad', true)", begun(db, queue))
    assert one(db, "SELECT ops.requeue_dead_letters('clean')") == 2
    assert one(db, "SELECT ops.requeue_dead_letters()") == 2
    assert one(db, "SELECT ops.requeue_dead_letters()") == 0
    assert consistent(db)


def test_purging_forgets_old_jobs_that_are_done_and_nothing_else(db: psycopg.Connection) -> None:
    for key in ("old", "new", "dead", "open"):
        send(db, key)
    for key in ("old", "new"):
        db.execute("SELECT ops.finish(%s, %s, %s)", begun(db))
        assert job(db, key)["state"] == "done"
    db.execute("SELECT ops.fail(%s, %s, %s, 'bad', true)", begun(db))
    db.execute("UPDATE ops.job SET ended_at = now() - interval '100 days' WHERE job_key IN ('old', 'dead')")
    assert one(db, "SELECT ops.purge_done('90 days')") == 1
    assert [row[0] for row in db.execute("SELECT job_key FROM ops.job ORDER BY job_id")] == [
        "new",
        "dead",
        "open",
    ]
    assert one(db, "SELECT count(*) FROM pgmq.a_clean") == 2
    assert consistent(db)


@pytest.mark.parametrize("error", ["", None])
def test_a_failure_without_a_reason_says_so(db: psycopg.Connection, error: str | None) -> None:
    send(db, "k")
    db.execute("SELECT ops.fail(%s, %s, %s, %s)", (*begun(db), error))
    assert job(db, "k")["last_error"] == "no reason given"


def test_an_attempt_that_is_not_running_is_closed_by_nobody(db: psycopg.Connection) -> None:
    send(db, "k")
    lease = begun(db)
    db.execute("SELECT ops.finish(%s, %s, %s)", lease)
    db.execute(
        "SELECT ops.end_attempt(job_id, %s, %s, 'failed', 'late', NULL) FROM ops.job WHERE job_key = 'k'",
        lease[1:],
    )
    assert attempts(db, "k") == ["done"]
