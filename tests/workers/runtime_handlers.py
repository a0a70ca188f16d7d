"""Handlers that the runtime's tests run, and a worker process that dies where it is told to.

As a program: `python -m tests.workers.runtime_handlers URL STEP`, where STEP is one of KILLED_AT, or `none`.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import psycopg

from workers.runtime import Commit, Job, RunReport, Services
from workers.runtime_attempt import Bench
from workers.runtime_processes import Plan, run_process

# Every step of a job at which a worker can die.
KILLED_AT = [
    "after take",
    "after begin",
    "outside work",
    "after hold",
    "inside write",
    "before commit",
    "after commit",
]

TABLES = "CREATE TABLE result (queue text, job_key text, attempt integer)"

# Short enough for tests that wait for a lease to end.
QUICK = (
    "UPDATE ops.queue_policy SET visibility_timeout = '1 second', poll_interval = '200 milliseconds',"
    " backoff_base = '100 milliseconds', backoff_max = '400 milliseconds', park_delay = '200 milliseconds'"
)


def die() -> None:
    """What the kernel does to a process that uses too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def write_result(job: Job, connection: psycopg.Connection) -> None:
    """The trace of a job that was done: a second row would be a job done twice."""
    connection.execute("INSERT INTO result VALUES (%s, %s, %s)", (job.queue, job.key, job.attempt))


def clean(job: Job, services: Services) -> Commit:
    """Does its work, writes one row, and sends one job that follows."""
    if step == "outside work":
        die()
    time.sleep(job.payload.get("seconds", 0))

    def commit(connection: psycopg.Connection) -> None:
        if step == "after hold":
            die()
        write_result(job, connection)
        connection.execute("SELECT ops.enqueue('score', %s, %s)", ('{"of": "clean"}', job.key))
        if step == "inside write":
            die()

    return commit


def score(job: Job, services: Services) -> Commit:
    """Writes one row."""
    return lambda connection: write_result(job, connection)


def poison(job: Job, services: Services) -> Commit:
    """Kills every worker that touches it."""
    die()
    raise AssertionError


HANDLERS = {"clean": clean, "score": score}
step = "none"


def plant(chosen: str) -> None:
    """Make this process die at a step."""
    global step
    step = chosen
    begin, write = Bench._begin, Bench._write

    def begin_and_die(self: Bench, connection: psycopg.Connection, job: Job) -> None:
        if step == "after take":
            die()
        begin(self, connection, job)
        if step == "after begin":
            die()

    def write_and_die(self: Bench, connection: psycopg.Connection, job: Job, commit: Commit) -> None:
        if step != "before commit":
            write(self, connection, job, commit)
            if step == "after commit":
                die()
            return
        with connection.transaction():
            connection.execute("SELECT ops.hold(%s, %s, %s)", (job.queue, job.msg_id, job.read_ct))
            commit(connection)
            connection.execute("SELECT ops.finish(%s, %s, %s)", (job.queue, job.msg_id, job.read_ct))
            die()

    Bench._begin = begin_and_die  # type: ignore[method-assign]
    Bench._write = write_and_die  # type: ignore[method-assign]


def main(url: str, chosen: str, drain: bool) -> RunReport:
    """One worker process."""
    handlers = dict(HANDLERS)
    if chosen == "poison":
        handlers["clean"] = poison
    else:
        plant(chosen)
    return run_process(Plan(url, drain=drain, handlers=handlers))


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], "--drain" in sys.argv))
