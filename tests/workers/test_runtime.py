"""The loop: what it promises to handlers, to operators and to the jobs."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from tests.workers.runtime_handlers import HANDLERS, clean, score
from tests.workers.runtime_process import background, each_once, prepare, process, results, settled, until
from workers.errors import (
    ConfigurationError,
    DatabaseUnavailable,
    DocumentRejected,
    JobRejected,
    ServiceUnavailable,
)
from workers.runtime import Commit, Job, Services, run
from workers.settings import Settings


def nothing(connection: psycopg.Connection) -> None:
    """A Commit without results."""


def test_draining_does_all_jobs_and_those_that_follow_from_them(
    database_url: str, db: psycopg.Connection
) -> None:
    keys = [f"k{number}" for number in range(7)]
    prepare(db, *keys)
    report = run(database_url, drain=True, handlers=HANDLERS)
    assert (report.done, report.left) == (14, 0)
    assert results(db) == each_once(*keys)
    assert settled(db)


def test_no_transaction_is_open_during_outside_work(database_url: str, db: psycopg.Connection) -> None:
    prepare(db, "k")
    seen: list[tuple[str, str, bool]] = []

    def handler(job: Job, services: Services) -> Commit:
        with services.connect() as own:
            own.execute("SELECT count(*) FROM ops.job")
            time.sleep(0.3)  # outside work; the keeper beats meanwhile
            seen.extend(
                db.execute(
                    "SELECT application_name, state, xact_start IS NOT NULL FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend'"
                ).fetchall()
            )
        return nothing

    run(database_url, drain=True, handlers={"clean": handler})
    assert {name for name, _, _ in seen} == {
        "oceanid worker",
        "oceanid worker (keeper)",
        "oceanid worker (read)",
    }
    assert all(state == "idle" and not in_transaction for _, state, in_transaction in seen)


def test_results_next_job_and_end_are_one_transaction(database_url: str, db: psycopg.Connection) -> None:
    prepare(db, "k")

    def handler(job: Job, services: Services) -> Commit:
        good = clean(job, services)

        def commit(connection: psycopg.Connection) -> None:
            good(connection)
            if job.attempt == 1:
                connection.execute("SELECT 1 / 0")

        return commit

    report = run(database_url, drain=True, handlers={"clean": handler, "score": score})
    assert (report.failed, report.done) == (1, 2)
    assert results(db) == each_once("k")
    assert settled(db)


def test_a_failed_attempt_keeps_its_traceback_but_no_secret(
    database_url: str, db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(db, "k")
    db.execute("UPDATE ops.queue_policy SET max_attempts = 1")
    settings = Settings(s3_secret_access_key=SecretStr("hunter2-key"))

    def handler(job: Job, services: Services) -> Commit:
        raise ValueError(
            "cannot reach postgresql://u:pa55word@host/db with hunter2-key\x00 or password=pa55word"
        )

    report = run(database_url, drain=True, handlers={"clean": handler}, settings=settings)
    assert (report.failed, report.dead) == (1, 1)
    ((error,),) = db.execute("SELECT error FROM ops.dead_letters").fetchall()
    assert error.startswith("Traceback") and "ValueError" in error and "in handler" in error
    assert "hunter2" not in error and "pa55word" not in error


@pytest.mark.parametrize("rejection", [JobRejected, DocumentRejected])
def test_a_rejected_job_is_a_dead_letter_at_once_with_cause_and_cure(
    database_url: str, db: psycopg.Connection, rejection: type[JobRejected]
) -> None:
    prepare(db, "k")

    def handler(job: Job, services: Services) -> Commit:
        raise rejection("the file is a picture", hint="send a list")

    report = run(database_url, drain=True, handlers={"clean": handler})
    assert (report.rejected, report.dead) == (1, 1)
    assert db.execute("SELECT attempts, error FROM ops.dead_letters").fetchall() == [
        (1, f"{rejection.__name__}: the file is a picture\nHint: send a list")
    ]


def test_a_job_whose_service_is_not_ready_is_parked_without_losing_attempts(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db, "k")
    db.execute("UPDATE ops.queue_policy SET max_attempts = 1")
    tries = []

    def handler(job: Job, services: Services) -> Commit:
        tries.append(job.attempt)
        if len(tries) < 4:
            raise ServiceUnavailable("Triton loads its models")
        return clean(job, services)

    report = run(database_url, drain=True, handlers={"clean": handler, "score": score})
    assert (report.parked, report.done, tries) == (3, 2, [1, 1, 1, 1])
    assert settled(db)


def test_draining_waits_for_retries_no_longer_than_its_patience(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db, "k")
    db.execute("SELECT ops.enqueue('clean', '{}', 'much later', '1 hour')")
    db.execute("SELECT ops.enqueue('clean', '{}', 'soon', '500 ms')")
    began = time.monotonic()
    report = run(database_url, drain=True, handlers=HANDLERS, patience=5)
    assert time.monotonic() - began < 4, "what comes after an hour is not waited for"
    assert (report.done, report.left) == (4, 1)


def test_a_notification_wakes_a_resting_worker_within_a_second(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db)
    db.execute("UPDATE ops.queue_policy SET poll_interval = '10 minutes'")
    with background(database_url) as (pulse, finish):
        until(lambda: pulse.rest == 600)
        time.sleep(0.3)
        began = time.monotonic()
        db.execute("SELECT ops.enqueue('clean', '{}', 'k')")
        until(lambda: len(results(db)) == 2, 5)
        assert time.monotonic() - began < 1
        finish()


def test_polling_finds_what_no_notification_told(database_url: str, db: psycopg.Connection) -> None:
    prepare(db)
    with background(database_url) as (pulse, finish):
        until(lambda: pulse.rest == 0.2)
        db.execute("SELECT pgmq.send('score', '{}')")  # past ops.enqueue: nobody is notified
        until(lambda: len(results(db)) == 1, 5)
        finish()


def test_a_retry_is_taken_when_its_time_comes_not_at_the_next_poll(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db)
    db.execute("UPDATE ops.queue_policy SET poll_interval = '10 minutes'")
    db.execute("SELECT ops.enqueue('score', '{}', 'k', '700 ms')")
    with background(database_url) as (_, finish):
        until(lambda: len(results(db)) == 1, 3)
        finish()


def test_queues_take_turns(database_url: str, db: psycopg.Connection) -> None:
    prepare(db, *(f"k{number}" for number in range(6)))
    db.execute("UPDATE ops.queue_policy SET batch_size = 1")
    for number in range(6):
        db.execute("SELECT ops.enqueue('ingest', '{}', %s)", (f"k{number}",))
    order: list[str] = []

    def handler(job: Job, services: Services) -> Commit:
        order.append(job.queue)
        return nothing

    run(database_url, drain=True, handlers={"clean": handler, "ingest": handler})
    assert sorted(order[:2]) == ["clean", "ingest"]
    assert all(order[place] != order[place + 1] for place in range(11))


def test_sigterm_ends_the_job_in_hand_and_gives_back_the_others(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db, "a", "b", "c", seconds=1.5)
    db.execute("UPDATE ops.queue_policy SET batch_size = 3, visibility_timeout = '10 min'")
    with process(database_url) as worker:
        until(lambda: db.execute("SELECT FROM ops.job WHERE state = 'running'").fetchall())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    assert results(db) == [("clean", "a")]
    states = db.execute(
        "SELECT job_key, state, attempts FROM ops.job WHERE queue = 'clean' ORDER BY job_id"
    ).fetchall()
    assert states == [("a", "done", 1), ("b", "pending", 0), ("c", "pending", 0)]
    assert db.execute("SELECT visible FROM ops.queue_depth WHERE queue = 'clean'").fetchall() == [(2,)]
    assert db.execute("SELECT state FROM ops.worker_status").fetchall() == [("stopped",)]


def test_a_second_signal_ends_the_worker_at_once_and_the_job_comes_back(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db, "a", seconds=3)
    with process(database_url) as worker:
        until(lambda: db.execute("SELECT FROM ops.job WHERE state = 'running'").fetchall())
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=5) == 128 + signal.SIGTERM
        assert time.monotonic() - began < 2
    assert run(database_url, drain=True, handlers=HANDLERS).done == 2
    assert settled(db)


def test_a_worker_reports_what_it_does(database_url: str, db: psycopg.Connection) -> None:
    prepare(db, "k", seconds=1)
    db.execute("UPDATE ops.worker_policy SET heartbeat_every = '100 ms'")
    with background(database_url) as (pulse, finish):
        until(
            lambda: db.execute("SELECT FROM ops.worker_status WHERE doing = 'clean/k' AND alive").fetchall()
        )
        until(lambda: settled(db) and pulse.job is None)
        finish()
    assert db.execute("SELECT state, alive, jobs_done, queues FROM ops.worker_status").fetchall() == [
        ("stopped", False, 2, ["clean", "score"])
    ]


def test_a_handlers_scratch_directory_goes_with_its_job(database_url: str, db: psycopg.Connection) -> None:
    prepare(db, "a")
    used: list[Path] = []

    def handler(job: Job, services: Services) -> Commit:
        (services.scratch / "file").write_text("x")
        used.append(services.scratch)
        if job.attempt == 1:
            raise ValueError("boom")
        return lambda connection: used.append(services.scratch)

    run(database_url, drain=True, handlers={"clean": handler})
    assert used[0] != used[1] == used[2], "the Commit still sees it"
    assert not any(path.exists() for path in used)


def test_a_handlers_read_connection_cannot_write_nor_leave_a_transaction_open(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db, "write", "leave")
    db.execute("UPDATE ops.queue_policy SET max_attempts = 1")

    def handler(job: Job, services: Services) -> Commit:
        with services.connect() as own:
            own.execute("BEGIN" if job.key == "leave" else "DELETE FROM ops.job")
        return nothing

    assert run(database_url, drain=True, handlers={"clean": handler}).dead == 2
    errors = dict(db.execute("SELECT job_key, error FROM ops.dead_letters").fetchall())
    assert "read-only transaction" in errors["write"]
    assert "left a transaction open" in errors["leave"]


def test_a_queue_without_handler_or_policy_is_refused_by_name(
    database_url: str, db: psycopg.Connection
) -> None:
    with pytest.raises(ConfigurationError, match="No handler for the queue nowhere"):
        run(database_url, ["nowhere"], handlers=HANDLERS)
    with pytest.raises(ConfigurationError, match="The database has no queue nowhere") as refused:
        run(database_url, handlers={"nowhere": clean})
    assert refused.value.hint
    with pytest.raises(ConfigurationError, match="no queue to serve"):
        run(database_url, handlers={})


def test_the_worker_role_may_do_all_that_a_worker_does(database_url: str, db: psycopg.Connection) -> None:
    db.execute("INSERT INTO ops.queue_policy (queue) VALUES ('made_later')")
    prepare(db, "k")
    db.execute("SELECT ops.enqueue('made_later', '{}', 'k')")
    db.execute("GRANT SELECT, INSERT ON result TO oceanid_worker")
    db.execute("GRANT USAGE ON SCHEMA public TO oceanid_worker")
    as_worker = database_url + ("&" if "?" in database_url else "?") + "options=-c%20role%3Doceanid_worker"
    seen = []

    def handler(job: Job, services: Services) -> Commit:
        if job.attempt == 1:
            raise ValueError("boom")

        def commit(connection: psycopg.Connection) -> None:
            seen.extend(connection.execute("SELECT current_user").fetchall())

        return commit

    report = run(as_worker, drain=True, handlers={**HANDLERS, "made_later": handler})
    assert (report.done, report.failed, seen) == (3, 1, [("oceanid_worker",)])
    assert settled(db)
    with psycopg.connect(as_worker, autocommit=True) as worker:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            worker.execute("UPDATE ops.queue_policy SET max_attempts = 99")
        assert worker.execute("SELECT count(*) FROM ops.metric").fetchone() != (0,)


def test_a_database_that_is_not_migrated_is_named_as_such(new_database: Callable[..., str]) -> None:
    with pytest.raises(ConfigurationError, match="not migrated"):
        run(new_database(migrated=False), drain=True, handlers=HANDLERS)


def test_a_database_that_is_not_there_at_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        run(f"postgresql:///x?host={tmp_path}", drain=True, handlers=HANDLERS)


def test_an_operators_change_of_policy_counts_from_the_next_batch(
    database_url: str, db: psycopg.Connection
) -> None:
    prepare(db)
    taken: list[int] = []
    ready = threading.Event()

    def handler(job: Job, services: Services) -> Commit:
        taken.append(job.max_attempts)
        ready.set()
        return nothing

    with background(database_url, {"clean": handler}) as (_, finish):
        for limit, key in ((3, "a"), (4, "b")):
            db.execute("UPDATE ops.queue_policy SET max_attempts = %s", (limit,))
            ready.clear()
            db.execute("SELECT ops.enqueue('clean', '{}', %s)", (key,))
            assert ready.wait(5)
        finish()
    assert taken == [3, 4]
