"""The only loop: takes jobs, has handlers do the outside work, writes results and the end of a job as one.

For each job: `ops.take` and commit; `ops.begin_attempt` and commit; the handler's work with no transaction
open; then one transaction of `ops.hold` (the fence), the handler's Commit and `ops.finish`. A worker that
dies at any point loses nothing: before the last commit the job becomes visible again when its lease ends,
after it the job is done. A worker that comes too late is refused by the fence with all it wrote.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import psycopg
from psycopg import sql

from workers.database import connect
from workers.errors import ConfigurationError, DatabaseUnavailable
from workers.jobs import discover
from workers.runtime_attempt import CONNECTION_LOST, Bench, brief
from workers.runtime_keeper import Keeper, Pulse, beat
from workers.runtime_types import Commit, Connection, Handler, Job, RunReport, Services
from workers.settings import Settings, get_settings

__all__ = ["Commit", "Handler", "Job", "RunReport", "Services", "Stop", "run"]

log = logging.getLogger("oceanid.worker")

_SLICE_SECONDS = 0.2  # how soon a resting worker notices that it shall stop
_FLOOR_SECONDS = 0.05  # between two looks at messages that are visible but locked by somebody's transaction


class Stop(Protocol):
    """A threading.Event or a multiprocessing one: set it and the loop ends after the job in hand."""

    def is_set(self) -> bool:
        """True once the loop shall end."""


def run(
    url: str,
    queues: Sequence[str] | None = None,
    drain: bool = False,
    stop: Stop | None = None,
    *,
    handlers: Mapping[str, Handler] | None = None,
    settings: Settings | None = None,
    patience: float | None = None,
    pulse: Pulse | None = None,
) -> RunReport:
    """Work off the queues (default: all with a handler) until `stop` is set or, draining, they are empty.

    `handlers` replaces those of `workers.jobs`. `patience` (seconds; default: ops.worker_policy) is how long
    a drain waits for delayed jobs and for jobs of other workers. `pulse` is given by whoever watches the run.

    Raises ConfigurationError for a queue without handler or policy, DatabaseUnavailable where the database
    cannot be reached at the start; later losses of the connection are waited out.
    """
    handlers = discover() if handlers is None else handlers
    served = sorted(handlers) if queues is None else list(dict.fromkeys(queues))
    if missing := [queue for queue in served if queue not in handlers]:
        raise ConfigurationError(
            f"No handler for the queue {', '.join(missing)}.",
            hint=f"Queues with a handler: {', '.join(sorted(handlers)) or 'none'}.",
        )
    pulse = pulse or Pulse(queues=served)
    pulse.queues = served
    worker = _Worker(
        url, handlers, drain, stop or threading.Event(), settings or get_settings(), patience, pulse
    )
    return worker.run()


class _Worker:
    def __init__(
        self,
        url: str,
        handlers: Mapping[str, Handler],
        drain: bool,
        stop: Stop,
        settings: Settings,
        patience: float | None,
        pulse: Pulse,
    ) -> None:
        self._url = url
        self._drain = drain
        self._stop = stop
        self._patience = patience
        self._pulse = pulse
        self._report = pulse.report
        self._keeper = Keeper(url, pulse)
        self._services = Services(url, settings)
        self._bench = Bench(handlers, self._keeper, self._services, pulse, lambda: stop.is_set())
        self._reconnect = (0.2, 15.0)
        self._worked = time.monotonic()

    def run(self) -> RunReport:
        if not self._pulse.queues:
            raise ConfigurationError(
                "There is no queue to serve.", hint="Add a module to workers.jobs, or name a queue."
            )
        connection: Connection | None = None
        pause, opened = 0.0, 0.0
        try:
            while True:
                try:
                    if connection is None:
                        connection = self._open()
                        if opened:
                            self._report.reconnects += 1
                        else:
                            self._keeper.start()
                        opened = time.monotonic()
                    self._pulse.trouble = None
                    self._serve(connection)
                    self._say_goodbye(connection)
                    return self._report
                except CONNECTION_LOST as error:
                    if not opened and isinstance(error, DatabaseUnavailable):
                        raise  # never reached: more likely a wrong URL than a server that comes back
                    base, longest = self._reconnect
                    # Only a connection that lasted is a reason to begin with a short pause again.
                    pause = min(pause * 2, longest) if pause and time.monotonic() - opened < longest else base
                    self._pulse.trouble = brief(error)
                    log.warning(
                        "Database connection lost (%s); trying again in %.1f s.", self._pulse.trouble, pause
                    )
                    if connection is not None:
                        connection.close()
                        connection = None
                    if self._wait(pause):
                        return self._report
        finally:
            if opened:
                self._keeper.close()
            self._services.close()
            if connection is not None:
                connection.close()

    def _open(self) -> Connection:
        connection = connect(self._url, autocommit=True, application_name="oceanid worker")
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: Connection) -> None:
        """Read the worker policy and listen to the queues."""
        try:
            row = connection.execute(
                "SELECT extract(EPOCH FROM reconnect_base)::float, extract(EPOCH FROM reconnect_max)::float,"
                " extract(EPOCH FROM drain_patience)::float FROM ops.worker_policy"
            ).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            row = None
        if row is None:
            raise ConfigurationError(
                "The database has no worker policy: it is not migrated.", hint="Run `oceanid migrate`."
            )
        self._reconnect = (row[0], row[1])
        if self._patience is None:
            self._patience = row[2]
        for queue in self._pulse.queues:
            try:
                connection.execute("SELECT ops.policy_of(%s)", (queue,))
            except psycopg.DatabaseError as error:
                if error.sqlstate != "OC404":
                    raise
                raise ConfigurationError(
                    f"The database has no queue {queue}.", hint=error.diag.message_hint
                ) from None
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"oceanid_{queue}")))

    def _say_goodbye(self, connection: Connection) -> None:
        # After the keeper's last beat, or its "idle" would come after our "stopped".
        self._keeper.close()
        with suppress(*CONNECTION_LOST):
            beat(connection, self._pulse, stopped=True)

    def _serve(self, connection: Connection) -> None:
        self._bench.settle(connection)
        while not self._stop.is_set():
            self._pulse.tick()
            found = False
            # Every queue gets one batch a round: none starves, however full another is.
            for queue in self._pulse.queues:
                if self._stop.is_set():
                    return
                if batch := self._take(connection, queue):
                    found = True
                    self._bench.work_off(connection, batch)
                    self._worked = time.monotonic()
            if not found and not self._rest(connection):
                return

    def _take(self, connection: Connection, queue: str) -> list[Job]:
        rows = connection.execute(
            "SELECT msg_id, read_ct, job_key, payload, attempt, max_attempts, enqueued_at, lease_for"
            " FROM ops.take(%s, %s)",
            (queue, self._pulse.worker),
        ).fetchall()
        return [Job(queue, *row) for row in rows]

    def _rest(self, connection: Connection) -> bool:
        """Wait for a notification, the next message's time or the next poll. False: drained."""
        row = connection.execute(
            "SELECT extract(EPOCH FROM ops.next_visible(%(queues)s) - clock_timestamp())::float,"
            " (SELECT extract(EPOCH FROM min(poll_interval))::float FROM ops.queue_policy"
            " WHERE queue = ANY(%(queues)s))",
            {"queues": self._pulse.queues},
        ).fetchone()
        assert row is not None
        due, self._pulse.rest = row
        rest = self._pulse.rest if due is None else min(self._pulse.rest, max(due, _FLOOR_SECONDS))
        if self._drain:
            patience = self._worked + (self._patience or 0.0) - time.monotonic()
            if due is None:
                return False
            if patience <= 0 or (due > patience and not self._in_flight(connection)):
                self._report.left = self._in_queues(connection)
                return False
            rest = min(rest, max(patience, _FLOOR_SECONDS))
        until = time.monotonic() + rest
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            if any(True for _ in connection.notifies(timeout=min(left, _SLICE_SECONDS), stop_after=1)):
                # One round answers them all.
                for _ in connection.notifies(timeout=0):
                    pass
                break
        return True

    def _in_flight(self, connection: Connection) -> int:
        return self._sum(connection, "in_flight")

    def _in_queues(self, connection: Connection) -> int:
        return self._sum(connection, "messages")

    def _sum(self, connection: Connection, column: str) -> int:
        row = connection.execute(
            sql.SQL("SELECT coalesce(sum({}), 0)::bigint FROM ops.queue_depth WHERE queue = ANY(%s)").format(
                sql.Identifier(column)
            ),
            (self._pulse.queues,),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def _wait(self, seconds: float) -> bool:
        """Wait without a database; True where the loop shall end."""
        until = time.monotonic() + seconds
        while not self._stop.is_set() and time.monotonic() < until:
            time.sleep(min(_SLICE_SECONDS, max(until - time.monotonic(), 0)))
        return self._stop.is_set()
