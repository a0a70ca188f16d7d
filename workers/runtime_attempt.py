"""Attempts at jobs: begin, outside work, the one write transaction, and the record of whatever went wrong."""

from __future__ import annotations

import logging
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping

import psycopg
from psycopg.pq import TransactionStatus
from pydantic import SecretStr

from workers.database import without_password
from workers.errors import DatabaseUnavailable, JobRejected, LeaseLost, OceanidError, ServiceUnavailable
from workers.runtime_keeper import Keeper, Pulse
from workers.runtime_types import Commit, Connection, Handler, Job, Services
from workers.settings import Settings

log = logging.getLogger("oceanid.worker")

CONNECTION_LOST = (psycopg.OperationalError, psycopg.InterfaceError, DatabaseUnavailable)
_ERROR_CHARS = 8_000  # the end of a longer traceback: where it went wrong


class Bench:
    """Where one worker process works on its jobs, one after the other."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        keeper: Keeper,
        services: Services,
        pulse: Pulse,
        stopping: Callable[[], bool],
    ) -> None:
        self._handlers = handlers
        self._keeper = keeper
        self._services = services
        self._pulse = pulse
        self._report = pulse.report
        self._stopping = stopping
        # Jobs in hand when the connection was lost, with the error of the one that was begun.
        self._leftovers: list[tuple[Job, str | None]] = []

    def work_off(self, connection: Connection, batch: list[Job]) -> None:
        """Work on a batch of taken jobs; told to stop, finish the one in hand and give back the others.

        Raises one of CONNECTION_LOST where the connection is gone: `settle` on the next one sees to the rest.
        """
        waiting = deque(batch)
        self._keeper.hold(batch)
        try:
            while waiting and not self._stopping():
                job = waiting.popleft()
                if self._keeper.lost(job):
                    self._report.late += 1
                else:
                    self._attempt(connection, job)
                self._keeper.drop(job)
                self._pulse.tick()
        except CONNECTION_LOST:
            self._leftovers += [(job, None) for job in waiting]
            raise
        except BaseException:
            self._give_back(connection, waiting)
            raise
        self._give_back(connection, waiting)

    def settle(self, connection: Connection) -> None:
        """After a reconnect: fail what was begun, give back what was not; pass over what ended meanwhile."""
        while self._leftovers:
            job, trouble = self._leftovers[0]
            lease = (job.queue, job.msg_id, job.read_ct)
            if trouble is None:
                if _tell(connection, "SELECT ops.release(%s, %s, %s)", lease):
                    self._report.returned += 1
            elif _tell(connection, "SELECT ops.fail(%s, %s, %s, %s)", (*lease, trouble)):
                self._report.failed += 1
            self._keeper.drop(job)
            del self._leftovers[0]

    def _attempt(self, connection: Connection, job: Job) -> None:
        """One attempt at a job, to whatever end. Raises only what ends the connection or the process."""
        self._pulse.job, self._pulse.job_since = job, time.monotonic()
        try:
            self._begin(connection, job)
            commit = self._outside_work(job)
            self._write(connection, job, commit)
            self._report.done += 1
        except Exception as error:
            if _lost(connection):
                trouble = error_text(error, self._services.settings)
                self._leftovers.append((job, f"The database connection was lost: {trouble}"))
                raise psycopg.OperationalError(str(error)) from error
            self._record(connection, job, error)
        except BaseException:
            if not _lost(connection):
                self._give_back(connection, [job])
            raise
        finally:
            self._pulse.job = None
            self._services.end_job()

    def _begin(self, connection: Connection, job: Job) -> None:
        connection.execute("SELECT ops.begin_attempt(%s, %s, %s)", (job.queue, job.msg_id, job.read_ct))

    def _outside_work(self, job: Job) -> Commit:
        return self._handlers[job.queue](job, self._services)

    def _write(self, connection: Connection, job: Job, commit: Commit) -> None:
        lease = (job.queue, job.msg_id, job.read_ct)
        with connection.transaction():
            # The fence first: a worker that is too late is refused before it does long work in vain.
            connection.execute("SELECT ops.hold(%s, %s, %s)", lease)
            commit(connection)
            connection.execute("SELECT ops.finish(%s, %s, %s)", lease)

    def _record(self, connection: Connection, job: Job, error: Exception) -> None:
        """Write down how an attempt ended that did not succeed."""
        lease = (job.queue, job.msg_id, job.read_ct)
        text = error_text(error, self._services.settings)
        try:
            if isinstance(error, LeaseLost) or getattr(error, "sqlstate", None) == "OC003":
                self._report.late += 1
                log.warning("%s was refused: its lease is lost.", job.name)
            elif isinstance(error, ServiceUnavailable):
                connection.execute("SELECT ops.park(%s, %s, %s, %s, %s)", (*lease, text, error.retry_after))
                self._report.parked += 1
                log.info("%s is parked: %s", job.name, error.message)
            else:
                final = isinstance(error, JobRejected)
                row = connection.execute(
                    "SELECT ops.fail(%s, %s, %s, %s, %s)", (*lease, text, final)
                ).fetchone()
                self._report.rejected += final
                self._report.failed += not final
                self._report.dead += row is not None and row[0] is None
                log.warning(
                    "%s failed (attempt %d of %d): %s", job.name, job.attempt, job.max_attempts, brief(error)
                )
        except psycopg.Error as refusal:
            if _lost(connection):
                self._leftovers.append((job, text))
                raise
            if refusal.sqlstate != "OC003":
                raise
            self._report.late += 1

    def _give_back(self, connection: Connection, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._keeper.drop(job)
            if _tell(connection, "SELECT ops.release(%s, %s, %s)", (job.queue, job.msg_id, job.read_ct)):
                self._report.returned += 1


def error_text(error: BaseException, settings: Settings) -> str:
    """The error for the ledger, with its traceback where it is no known case; never with a secret."""
    if isinstance(error, OceanidError):
        text = f"{type(error).__name__}: {error}"
    else:
        text = "".join(traceback.format_exception(error))
    text = without_password(text.replace("\x00", ""))
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr) and value.get_secret_value():
            text = text.replace(value.get_secret_value(), "***")
    return text.strip()[-_ERROR_CHARS:]


def brief(error: BaseException) -> str:
    """The error in one line, without passwords, for the log and for /health."""
    first_line = str(error).strip().partition("\n")[0]
    return without_password(first_line) or type(error).__name__


def _tell(connection: Connection, statement: str, values: tuple[object, ...]) -> bool:
    """Tell the database about a lease that may be gone; False where it is."""
    try:
        # A backend that lost its client may hold the job a while longer: then the lease is left to run out.
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '5s'")
            connection.execute(statement, values)
    except psycopg.errors.LockNotAvailable:
        return False
    except psycopg.DatabaseError as error:
        if error.sqlstate != "OC003":
            raise
        return False
    return True


def _lost(connection: Connection) -> bool:
    return connection.closed or connection.info.transaction_status is TransactionStatus.UNKNOWN
