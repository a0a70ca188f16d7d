"""What a job handler sees (`Job`, `Services`, `Commit`), and what a run says of itself (`RunReport`)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from workers.database import connect
from workers.errors import OceanidError
from workers.settings import Settings

Connection = psycopg.Connection[TupleRow]

# Runs inside the one transaction that also ends the job: writes results, enqueues what follows. It must not
# commit, roll back, or wait for anything outside the database.
Commit = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One job as a worker has it in hand; (`msg_id`, `read_ct`) is its lease."""

    queue: str
    msg_id: int
    read_ct: int
    key: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    enqueued_at: datetime
    lease_for: timedelta

    @property
    def name(self) -> str:
        """Queue and key, for logs and people."""
        return f"{self.queue}/{self.key}"


class Services:
    """What a handler may use besides its job. One per worker process, not shared between threads."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.settings = settings
        self._url = url
        self._connection: Connection | None = None
        self._scratch: Path | None = None

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A read-only connection in autocommit for short statements; nothing of it lasts into the Commit.

        Raises DatabaseUnavailable (the job is parked), OceanidError where a transaction was left open on it.
        """
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, autocommit=True, application_name="oceanid worker (read)")
            self._connection.execute("SET default_transaction_read_only = on")
        yield self._connection
        if self._connection.info.transaction_status not in (
            TransactionStatus.IDLE,
            TransactionStatus.UNKNOWN,
        ):
            self.close()
            raise OceanidError(
                "A job handler left a transaction open on its read connection.",
                hint="End it before `handle` waits for anything or returns; write in the Commit.",
            )

    @property
    def scratch(self) -> Path:
        """A directory for this job's temporary files; it is removed when the job ends, however it ends."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="oceanid-job-"))
        return self._scratch

    def end_job(self) -> None:
        """Remove what the last job left behind. Called by the runtime."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def close(self) -> None:
        """Give everything back. Called by the runtime at its end; may be called twice."""
        self.end_job()
        if self._connection is not None:
            self._connection.close()
            self._connection = None


Handler = Callable[[Job, Services], Commit]


@dataclass(slots=True)
class RunReport:
    """How the jobs of one run ended, in numbers of attempts; `left` is what a drain left in its queues."""

    done: int = 0
    failed: int = 0
    rejected: int = 0
    dead: int = 0
    parked: int = 0
    returned: int = 0
    late: int = 0
    reconnects: int = 0
    left: int = 0

    def __add__(self, other: RunReport) -> RunReport:
        """The sum of two runs; `left` is not a sum, since both saw the same queues."""
        total = RunReport(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})
        total.left = max(self.left, other.left)
        return total
