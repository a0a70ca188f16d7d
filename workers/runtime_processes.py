"""Worker processes: signals, the health port, and several loops side by side."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

from workers import health
from workers.errors import ConfigurationError, OceanidError
from workers.jobs import discover
from workers.runtime import run
from workers.runtime_keeper import Pulse
from workers.runtime_types import Handler, RunReport
from workers.settings import get_settings

log = logging.getLogger("oceanid.worker")

_RESTART_SECONDS = (0.5, 30.0)  # pause before a process that died is started again: first, and at most


@dataclass(frozen=True)
class Plan:
    """What a worker process shall do. `health_port` 0: none."""

    url: str
    queues: Sequence[str] | None = None
    drain: bool = False
    handlers: Mapping[str, Handler] | None = None
    health_host: str = "127.0.0.1"
    health_port: int = 0
    patience: float | None = None


@contextmanager
def stopped_by_signals(abort: Callable[[], None] = lambda: None) -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; the second of them calls `abort` and ends the process at once.

    Ended at once, a process loses nothing: its job comes back when the lease ends. Main thread only.
    """
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            abort()
            os._exit(128 + number)
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_process(plan: Plan, stop: threading.Event | None = None) -> RunReport:
    """One loop in this process, ended by `stop` or else by signals, with /health and /metrics as planned."""
    with ExitStack() as stack:
        stop = stop or stack.enter_context(stopped_by_signals())
        pulse = Pulse(queues=[])
        if plan.health_port:
            stack.enter_context(health.serve(plan.url, pulse, plan.health_host, plan.health_port))
        return run(
            plan.url,
            plan.queues,
            plan.drain,
            stop,
            handlers=plan.handlers,
            patience=plan.patience,
            pulse=pulse,
        )


def run_many(plan: Plan, processes: int) -> RunReport:
    """Several worker processes, each with a loop of its own; health ports count up from the plan's.

    A process that is killed or crashes is started again, after a growing pause; one that ends with an error a
    person can mend ends them all, and that error is raised.
    """
    if processes == 1:
        return run_process(plan)
    # Here, before any process starts: a misnamed queue is one error, not several.
    served = discover() if plan.handlers is None else plan.handlers
    if missing := set(plan.queues or ()) - set(served):
        raise ConfigurationError(f"No handler for the queue {', '.join(sorted(missing))}.")
    crew = _Crew(plan, processes)
    with stopped_by_signals(crew.kill) as stop:
        return crew.run(stop)


class _Crew:
    def __init__(self, plan: Plan, size: int) -> None:
        self._plan = plan
        self._stop = threading.Event()
        # Spawned, not forked: a fork would share sockets and locks with the parent's threads.
        self._context = multiprocessing.get_context("spawn")
        self._members: dict[int, tuple[BaseProcess, Pipe]] = {}
        self._due = dict.fromkeys(range(size), 0.0)
        self._pause = dict.fromkeys(range(size), _RESTART_SECONDS[0])
        self._total = RunReport()
        self._error: OceanidError | None = None

    def kill(self) -> None:
        """End every process at once."""
        for process, _ in list(self._members.values()):
            process.kill()

    def run(self, stop: threading.Event) -> RunReport:
        """Until all have ended; `stop` ends them after the jobs they have in hand."""
        self._stop = stop
        try:
            while (self._members or self._due) and not (self._stop.is_set() and not self._members):
                self._start_due()
                if self._stop.is_set():
                    self._tell_all()
                sentinels = [process.sentinel for process, _ in self._members.values()]
                wait(sentinels, timeout=0.2) if sentinels else time.sleep(0.1)
                self._collect()
        finally:
            self.kill()
        if self._error is not None:
            raise self._error
        return self._total

    def _start_due(self) -> None:
        for number, due in list(self._due.items()):
            if self._stop.is_set() or time.monotonic() < due:
                continue
            del self._due[number]
            port = self._plan.health_port and self._plan.health_port + number
            ours, theirs = self._context.Pipe(duplex=True)
            process = self._context.Process(
                target=_member, args=(self._plan, port, theirs), name=f"oceanid-worker-{number}"
            )
            process.start()
            theirs.close()
            self._members[number] = (process, ours)

    def _tell_all(self) -> None:
        for _, pipe in self._members.values():
            with suppress(OSError):  # it has ended: collected next
                pipe.send("stop")

    def _collect(self) -> None:
        for number, (process, pipe) in list(self._members.items()):
            if process.is_alive():
                continue
            del self._members[number]
            outcome = _last_word(pipe)
            if isinstance(outcome, RunReport):
                self._total += outcome
            elif isinstance(outcome, OceanidError):
                self._error = self._error or outcome
                self._stop.set()
            elif not self._stop.is_set():
                log.warning("A worker process died (exit code %s); it is started again.", process.exitcode)
                self._due[number] = time.monotonic() + self._pause[number]
                self._pause[number] = min(self._pause[number] * 2, _RESTART_SECONDS[1])


def _last_word(pipe: Pipe) -> object:
    try:
        return pipe.recv() if pipe.poll() else None
    except (EOFError, OSError):
        return None
    finally:
        pipe.close()


def _member(plan: Plan, port: int, pipe: Pipe) -> None:
    """What a process of the crew runs. Stops when told, and when the process that started it is gone."""
    logging.basicConfig(
        level=get_settings().log_level, format="%(asctime)s %(levelname)s %(processName)s %(message)s"
    )
    # A terminal's Ctrl-C reaches every process of the group: the parent alone answers and tells the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())

    def listen() -> None:
        with suppress(EOFError, OSError):  # the parent is gone
            pipe.recv()
        stop.set()

    threading.Thread(target=listen, name="oceanid-parent", daemon=True).start()
    own = Plan(plan.url, plan.queues, plan.drain, plan.handlers, plan.health_host, port, plan.patience)
    try:
        pipe.send(run_process(own, stop))
    except OceanidError as error:
        log.error("%s", error)
        pipe.send(OceanidError(error.message, hint=error.hint))
