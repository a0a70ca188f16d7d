"""The thread beside the loop: keeps leases alive while a job is worked on, and reports that the worker lives.

It has a connection of its own, since the loop's is in use or idle inside a handler, and it never ends the
loop: when the database is away it tries again, and the loop finds out by itself.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg

from workers.database import connect
from workers.errors import DatabaseUnavailable
from workers.runtime_types import Connection, Job, RunReport

log = logging.getLogger("oceanid.worker")

_RETRY_SECONDS = (
    0.5  # between two tries to reach a database that is away: the leases are running out meanwhile
)


def worker_name() -> str:
    """A name that no other process has, and that says where the process is."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


@dataclass
class Pulse:
    """What the loop, its keeper and /health share about one worker. Times are `time.monotonic()`."""

    queues: list[str]
    worker: str = field(default_factory=worker_name)
    report: RunReport = field(default_factory=RunReport)
    started: float = field(default_factory=time.monotonic)
    ticked: float = field(default_factory=time.monotonic)
    kept: float = field(default_factory=time.monotonic)
    rest: float = 5.0
    job: Job | None = None
    job_since: float = 0.0
    trouble: str | None = None

    def tick(self) -> None:
        """The loop goes round."""
        self.ticked = time.monotonic()


@dataclass
class _Lease:
    job: Job
    extended: float

    @property
    def due(self) -> float:
        # A third of the lease: two extensions may fail before it ends.
        return self.extended + self.job.lease_for.total_seconds() / 3


class Keeper(threading.Thread):
    """Extends the leases it was given and beats, until `close`."""

    def __init__(self, url: str, pulse: Pulse) -> None:
        super().__init__(name="oceanid-keeper", daemon=True)
        self._url = url
        self._pulse = pulse
        self._connection: Connection | None = None
        self._lock = threading.Lock()
        self._leases: dict[tuple[str, int], _Lease] = {}
        self._lost: set[tuple[str, int]] = set()
        self._wake = threading.Event()
        self._closed = False
        self._next_beat = 0.0

    def hold(self, jobs: Iterable[Job]) -> None:
        """Keep these jobs' leases alive from now on."""
        now = time.monotonic()
        with self._lock:
            for job in jobs:
                self._lost.discard((job.queue, job.msg_id))
                self._leases[job.queue, job.msg_id] = _Lease(job, now)
        self._wake.set()

    def drop(self, job: Job) -> None:
        """The job has ended or was given back: its lease is extended no more."""
        with self._lock:
            self._leases.pop((job.queue, job.msg_id), None)
            self._lost.discard((job.queue, job.msg_id))

    def lost(self, job: Job) -> bool:
        """True where an extension found that the lease is another worker's now."""
        with self._lock:
            return (job.queue, job.msg_id) in self._lost

    def close(self) -> None:
        """End the thread and its connection; waits for a statement under way, not for an absent database."""
        self._closed = True
        self._wake.set()
        self.join(timeout=5)

    def run(self) -> None:
        """The thread's loop; not to be called."""
        while not self._closed:
            pause = self._next_beat
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = connect(
                        self._url,
                        autocommit=True,
                        application_name="oceanid worker (keeper)",
                        connect_timeout=5,
                    )
                self._extend(self._connection)
                self._beat(self._connection)
                self._pulse.kept = time.monotonic()
                with self._lock:
                    pause = min([self._next_beat, *(lease.due for lease in self._leases.values())])
            except (psycopg.Error, DatabaseUnavailable) as error:
                log.warning("The keeper cannot reach the database: %s", str(error).partition("\n")[0])
                if self._connection is not None:
                    self._connection.close()
                pause = time.monotonic() + _RETRY_SECONDS
            self._wake.wait(max(pause - time.monotonic(), 0.01))
            self._wake.clear()
        if self._connection is not None:
            self._connection.close()

    def _extend(self, connection: Connection) -> None:
        now = time.monotonic()
        with self._lock:
            due = [lease.job for lease in self._leases.values() if lease.due <= now]
        for queue in {job.queue for job in due}:
            jobs = [job for job in due if job.queue == queue]
            rows = connection.execute(
                "SELECT ops.extend(%s, %s::bigint[], %s::integer[])",
                (queue, [job.msg_id for job in jobs], [job.read_ct for job in jobs]),
            ).fetchall()
            held = {row[0] for row in rows}
            with self._lock:
                for job in jobs:
                    lease = self._leases.get((queue, job.msg_id))
                    if lease is None or lease.job is not job:
                        continue  # it ended while we asked
                    if job.msg_id in held:
                        lease.extended = now
                    else:
                        del self._leases[queue, job.msg_id]
                        self._lost.add((queue, job.msg_id))
                        log.warning("The lease on %s is lost; its result will be refused.", job.name)

    def _beat(self, connection: Connection) -> None:
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + beat(connection, self._pulse)


def beat(connection: Connection, pulse: Pulse, *, stopped: bool = False) -> float:
    """Report a sign of life; returns the seconds after which the next one is due."""
    job = pulse.job
    state = "stopped" if stopped else "working" if job else "idle"
    row = connection.execute(
        "SELECT extract(EPOCH FROM ops.beat(%s, %s, %s, %s, %s, %s, %s, %s))::float",
        (
            pulse.worker,
            socket.gethostname(),
            os.getpid(),
            pulse.queues,
            state,
            job.name if job else None,
            pulse.report.done,
            pulse.report.failed + pulse.report.rejected,
        ),
    ).fetchone()
    assert row is not None
    return float(row[0])
