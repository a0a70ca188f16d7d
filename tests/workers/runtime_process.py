"""Starting worker processes and looking at what they did."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.workers.runtime_handlers import HANDLERS, QUICK, TABLES
from workers.runtime import Handler, RunReport, run
from workers.runtime_keeper import Pulse

ROOT = Path(__file__).parents[2]


def prepare(db: psycopg.Connection, *keys: str, queue: str = "clean", seconds: float = 0) -> None:
    """Quick policies, the result table, and a job per key."""
    db.execute(QUICK)
    db.execute(TABLES)
    for key in keys:
        db.execute("SELECT ops.enqueue(%s, %s, %s)", (queue, f'{{"seconds": {seconds}}}', key))


@contextmanager
def process(url: str, step: str = "none", *, drain: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A worker process of its own; killed at the end if it still runs."""
    command = [
        sys.executable,
        "-m",
        "tests.workers.runtime_handlers",
        url,
        step,
        *(["--drain"] if drain else []),
    ]
    started = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.communicate()


@contextmanager
def background(
    url: str, handlers: Mapping[str, Handler] = HANDLERS, **options: Any
) -> Iterator[tuple[Pulse, Callable[[], RunReport]]]:
    """A loop in a thread: its pulse, and a function that stops it and returns its report."""
    stop = threading.Event()
    pulse = Pulse(queues=[])
    ended: list[RunReport | BaseException] = []

    def body() -> None:
        try:
            ended.append(run(url, stop=stop, handlers=handlers, pulse=pulse, **options))
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()

    def finish() -> RunReport:
        stop.set()
        thread.join(timeout=20)
        assert ended, "the loop did not end"
        if isinstance(ended[0], BaseException):
            raise ended[0]
        return ended[0]

    try:
        yield pulse, finish
    finally:
        stop.set()
        thread.join(timeout=20)


def until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def results(db: psycopg.Connection) -> list[tuple[str, str]]:
    """(queue, job_key) of every result row, sorted: doubles show."""
    return sorted(db.execute("SELECT queue, job_key FROM result").fetchall())


def each_once(*keys: str) -> list[tuple[str, str]]:
    """What `results` is when every job was done exactly once."""
    return sorted((queue, key) for queue in ("clean", "score") for key in keys)


def settled(db: psycopg.Connection) -> bool:
    """True where every job is done, the queues are empty, and ledger and queues agree."""
    open_jobs = db.execute("SELECT * FROM ops.job WHERE state <> 'done'").fetchall()
    messages = db.execute("SELECT * FROM ops.queue_messages()").fetchall()
    return not open_jobs and not messages and not db.execute("SELECT * FROM ops.job_mismatch").fetchall()


def terminate(db: psycopg.Connection, application: str) -> int:
    """Terminate the backends of this database with that application name; returns how many."""
    row = db.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()",
        (application,),
    ).fetchone()
    assert row is not None
    return int(row[0])
