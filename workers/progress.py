"""Waiting for documents, with a bar for each step that a person can watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from workers.database import connect
from workers.errors import OceanidError
from workers.runtime_types import Connection

_POLL_SECONDS = 0.25
_STEPS = ("Reading", "Cleaning", "Deciding", "Asking")
_RANK = {"received": 0, "read": 1, "cleaned": 2, "gated": 3, "rejected": 4}


@dataclass(frozen=True, slots=True)
class Waited:
    """How a document stands when the waiting ended. `dead` is the error of a job of it that was given up.

    `asked`: its questions are in the review's queue, as far as they are to be asked by now.
    """

    document_id: int
    file_name: str
    status: str
    rejection: str | None
    row_count: int | None
    column_count: int | None
    dead: str | None
    asked: bool

    @property
    def steps(self) -> int:
        """How many of the steps it has behind it."""
        return _RANK[self.status] + (self.status == "gated" and self.asked)

    @property
    def settled(self) -> bool:
        """Nothing more happens to it by itself."""
        return self.steps == len(_STEPS) or self.dead is not None


def wait_for(
    url: str, documents: Sequence[int], *, timeout: float | None = None, console: Console | None = None
) -> list[Waited]:
    """Wait until each document is gated and asked about, rejected, or stuck behind a dead letter; return them so.

    Where no worker is alive, this process works the queues off itself meanwhile. Raises OceanidError after
    `timeout` seconds, and whatever ended the work of this process.
    """
    if not documents:
        return []
    wanted = list(dict.fromkeys(documents))
    deadline = None if timeout is None else time.monotonic() + timeout
    with (
        connect(url, autocommit=True, application_name="oceanid wait") as conn,
        _bars(console, len(wanted)) as show,
    ):
        drain: _Drain | None = None
        while True:
            state = _look(conn, wanted)
            show(state)
            if all(document.settled for document in state):
                if drain is not None:
                    drain.end()
                return state
            if deadline is not None and time.monotonic() > deadline:
                if drain is not None:
                    drain.end()
                left = sum(not document.settled for document in state)
                raise OceanidError(
                    f"{left} of {len(state)} documents are not done after {timeout:g} s.",
                    hint="They go on in the background; `oceanid status` shows them.",
                )
            if drain is None or drain.over():
                # A drain that ended leaves what was delayed; the next look starts another.
                drain = None if _workers_alive(conn) else _Drain(url)
            time.sleep(_POLL_SECONDS)


class _Drain:
    """A loop of this process, in a thread of its own so that the bars go on."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="drain", daemon=True)
        self._thread.start()

    def over(self) -> bool:
        """Whether the queues were worked off. Raises what ended the loop."""
        if self._thread.is_alive():
            return False
        if self._error is not None:
            raise self._error
        return True

    def end(self) -> None:
        """Stop after the job in hand."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        # Imported here: the runtime brings the handlers with it, which a mere look at documents does not
        # need.
        from workers.runtime import run

        try:
            run(self._url, drain=True, stop=self._stop)
        except BaseException as error:
            self._error = error


def _workers_alive(conn: Connection) -> bool:
    row = conn.execute("SELECT EXISTS (SELECT FROM ops.worker_status WHERE alive)").fetchone()
    return row is not None and bool(row[0])


def _look(conn: Connection, documents: list[int]) -> list[Waited]:
    rows = conn.execute(
        "SELECT d.document_id, d.file_name, d.status, d.rejection, d.row_count, d.column_count,"
        " (SELECT min(j.queue || ': ' || coalesce(j.last_error, 'given up')) FROM ops.job AS j"
        "  WHERE j.state = 'dead' AND j.payload @> jsonb_build_object('document_id', d.document_id)),"
        " NOT EXISTS (SELECT FROM ops.job AS j WHERE j.queue = 'ask' AND j.state IN ('pending', 'taken', 'running')"
        "  AND j.payload @> jsonb_build_object('document_id', d.document_id))"
        " FROM stage.documents AS d WHERE d.document_id = ANY(%s) ORDER BY d.document_id",
        [documents],
    ).fetchall()
    return [Waited(*row) for row in rows]


@contextmanager
def _bars(console: Console | None, count: int) -> Iterator[Callable[[list[Waited]], None]]:
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console or Console(stderr=True),
    )
    tasks = [progress.add_task(words, total=count) for words in _STEPS]

    def show(state: list[Waited]) -> None:
        for number, task in enumerate(tasks, 1):
            progress.update(task, completed=sum(d.steps >= number for d in state))

    with progress:
        yield show
