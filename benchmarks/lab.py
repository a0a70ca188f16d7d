"""A private server in a temporary home, a fresh migrated database per measurement, and workers as processes.

Production settings (fsync and synchronous commits on, autovacuum on); nothing is left behind.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from benchmarks.lists import VesselList
from workers import deploy, embedded
from workers.errors import OceanidError
from workers.objects import hash_file, object_store, raw_key
from workers.runtime_processes import Plan, run_process
from workers.runtime_types import Handler
from workers.settings import Settings, get_settings

Connection = psycopg.Connection[TupleRow]

TEMPLATE = "bench_template"
_TICK = os.sysconf("SC_CLK_TCK")
_PATIENCE_SECONDS = 1800.0
# What takes a file to its gate. Questions and promotion follow by queues of their own, and are measured apart.
_TO_THE_GATE = ["ingest", "clean", "score"]


class Lab:
    """One server for one run of the benchmarks. Databases are clones of a migrated template."""

    def __init__(self, home: Path, db: Path | None = None) -> None:
        self.home = home
        self._number = 0
        self._server = embedded.start(home)
        self.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE oceanid")
        deploy.migrate(self.url(TEMPLATE), db=db)

    def url(self, database: str) -> str:
        """URL of a database of this server."""
        return self._server.replace("/oceanid?", f"/{database}?")

    def execute(self, statement: str) -> None:
        """One statement outside any of the measured databases."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self) -> Iterator[tuple[str, Connection]]:
        """URL of a fresh migrated database and a connection to it (autocommit); it is dropped afterwards."""
        self._number += 1
        name = f"bench_{self._number}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        # What an earlier measurement wrote is not to be flushed in the middle of this one.
        self.execute("CHECKPOINT")
        try:
            with psycopg.connect(self.url(name), autocommit=True) as connection:
                yield self.url(name), connection
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def server_cpu(self) -> float:
        """CPU seconds that the server and all its processes have used so far."""
        postmaster = int((self.home / "pg" / "postmaster.pid").read_text().split()[0])
        own = _stat(postmaster)
        total = sum(own[11:15])  # its own, and those of children that have ended
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (stat := _stat(int(entry.name))) and stat[1] == postmaster:
                total += sum(stat[11:13])
        return total / _TICK

    @contextmanager
    def workers(
        self,
        url: str,
        count: int,
        queues: Sequence[str] | None = None,
        handlers: Mapping[str, Handler] | None = None,
    ) -> Iterator[Sequence[BaseProcess]]:
        """Worker processes that are up and wait for work; stopped by SIGTERM afterwards, as in production."""
        context = multiprocessing.get_context("spawn")
        plan = Plan(url, queues=queues, handlers=handlers)
        crew = [context.Process(target=run_process, args=(plan,), daemon=True) for _ in range(count)]
        for process in crew:
            process.start()
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                wait_for(connection, "SELECT count(*) >= %s FROM ops.worker_heartbeat", [count], pause=0.05)
            time.sleep(0.5)  # the first look at empty queues is over: all of them listen
            yield crew
        finally:
            for process in crew:
                process.terminate()
            for process in crew:
                process.join(30)
                if process.is_alive():
                    process.kill()


@contextmanager
def lab(db: Path | None = None) -> Iterator[Lab]:
    """A Lab in a temporary home; server stopped and home removed at the end, however it ends."""
    home = Path(tempfile.mkdtemp(prefix="ocb-"))
    # Workers find the object store and nothing else by these: they get the database's URL.
    changed = {"OCEANID_HOME": str(home), "OCEANID_LOG_LEVEL": "WARNING"}
    before = {name: os.environ.get(name) for name in [*changed, "OCEANID_OBJECT_STORE"]}
    os.environ.update(changed)
    os.environ.pop("OCEANID_OBJECT_STORE", None)
    get_settings.cache_clear()
    try:
        yield Lab(home, db)
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        get_settings.cache_clear()


def store(lists: Sequence[VesselList]) -> list[tuple[object, ...]]:
    """Put the files into the object store; returns the arguments of stage.register_document for each."""
    objects = object_store(Settings())
    registrations: list[tuple[object, ...]] = []
    for item in lists:
        sha256, size = hash_file(item.path)
        key = raw_key(sha256, item.path.name)
        objects.put(key, item.path)
        registrations.append((item.source_type, item.source_name, item.path.name, sha256, size, key))
    return registrations


def register(connection: Connection, registrations: Sequence[tuple[object, ...]]) -> None:
    """Register documents and send their jobs, all in one transaction: workers start on all at once."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany("SELECT stage.register_document(%s, %s, 'vessels', %s, %s, %s, %s)", registrations)


def wait_until_gated(connection: Connection) -> None:
    """Return when every document is gated. Raises OceanidError where one was rejected or a job failed."""
    wait_for(
        connection,
        "SELECT count(*) = count(*) FILTER (WHERE status = 'gated') FROM stage.documents",
        [],
        trouble="SELECT string_agg(file_name || ': ' || rejection, '; ') FROM stage.documents"
        " WHERE status = 'rejected'"
        " UNION ALL SELECT string_agg(queue || ': ' || left(last_error, 500), '; ') FROM ops.job"
        " WHERE last_error IS NOT NULL",
    )


def wait_for(
    connection: Connection,
    question: str,
    values: list[object],
    *,
    pause: float = 0.01,
    trouble: str | None = None,
) -> None:
    """Ask until the answer is true.

    Look for trouble now and then. Raises OceanidError on trouble or after hours.
    """
    started = time.monotonic()
    asked = 0
    while True:
        row = connection.execute(question, values).fetchone()
        if row is not None and row[0]:
            return
        asked += 1
        if trouble and asked % 50 == 0:
            found = [text for (text,) in connection.execute(trouble).fetchall() if text]
            if found:
                raise OceanidError("The measured work failed: " + "; ".join(found))
        if time.monotonic() - started > _PATIENCE_SECONDS:
            raise OceanidError(f"Still waiting after {_PATIENCE_SECONDS:.0f} s: {question}")
        time.sleep(pause)


def ingest(lab: Lab, url: str, connection: Connection, lists: Sequence[VesselList], processes: int) -> float:
    """Ingest the lists with so many warm worker processes.

    Seconds from enqueued to all gated and committed.
    """
    registrations = store(lists)
    with lab.workers(url, processes, queues=_TO_THE_GATE):
        started = time.perf_counter()
        register(connection, registrations)
        wait_until_gated(connection)
        return time.perf_counter() - started


def timed(work: Callable[[], object]) -> float:
    """Wall-clock seconds of a call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(values: Sequence[float]) -> float:
    """The middle one (the upper of two)."""
    return sorted(values)[len(values) // 2]


def count(connection: Connection, query: str) -> int:
    """The one number that a query returns."""
    row = connection.execute(sql.SQL(query)).fetchone()
    assert row is not None
    return int(row[0] or 0)


def _stat(pid: int) -> list[int]:
    """Fields 3.

    Of /proc/PID/stat as numbers (0 where not one); [1] parent, [11:13] own, [13:15] children's ticks.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return [int(word) if word.lstrip("-").isdigit() else 0 for word in text.rpartition(")")[2].split()]
