"""One PostgreSQL server a test run, one fresh database a test, made from a migrated template.

The embedded PostgreSQL 18 by default. `OCEANID_TEST_POSTGRES=15` starts a throw-away server of that version
from /usr/lib/postgresql (Debian's place); `OCEANID_TEST_DATABASE_URL` uses a server that runs already, as a
superuser. All processes of one run (pytest-xdist) share the server.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests import calls
from workers import deploy, embedded, paths
from workers.cluster import Cluster

RUN = "OCEANID_TEST_RUN"
TEMPLATE = "oceanid_template"
_MISSING = pytest.StashKey[list[str]]()
_FAST = {"fsync": "off", "full_page_writes": "off", "track_functions": "all", "max_connections": "200"}


# Where a change is judged, the same examples every time; elsewhere new ones, which is how they find something.
hypothesis_settings.register_profile("judged", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("judged")


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes the run's directory; its xdist children inherit the name."""
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
    if not hasattr(config, "workerinput"):
        _sweep()
        directory = Path(tempfile.mkdtemp(prefix="oct-"))
        (directory / "owner").write_text(str(os.getpid()))
        os.environ[RUN] = str(directory)
        shutil.copytree(paths.db(), directory / "tree" / "db", ignore=shutil.ignore_patterns("__pycache__"))
    # One state of the tree for the whole run, whatever is edited meanwhile.
    tree = Path(os.environ[RUN]) / "tree" / "db"
    paths.db = lambda: tree


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After a whole, green run: fail it where a function was called by no test."""
    config = session.config
    whole = not (
        config.option.keyword
        or config.option.markexpr
        or config.option.collectonly
        or getattr(config.option, "lf", False)
    )
    if hasattr(config, "workerinput") or not whole or config.args != config.getini("testpaths"):
        return
    if os.environ.get("OCEANID_TEST_DATABASE_URL"):
        return  # that server may not count calls
    missing = calls.never_called(Path(os.environ[RUN])) if session.exitstatus == 0 else []
    if missing:
        session.exitstatus = 1
        config.stash[_MISSING] = missing


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which functions no test called."""
    missing = config.stash.get(_MISSING, [])
    if missing:
        terminalreporter.section("functions that no test calls", red=True)
        terminalreporter.write_line("\n".join(missing))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process outlives its children: it stops the server and removes the directory."""
    if not hasattr(config, "workerinput"):
        run = Path(os.environ.pop(RUN))
        given = os.environ.get("OCEANID_TEST_DATABASE_URL")
        if given and (run / "template.done").exists():
            with psycopg.connect(given, autocommit=True) as conn:
                conn.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(_template_of(run))))
        _remove(run)


def _template_of(run: Path) -> str:
    return f"{TEMPLATE}_{run.name.replace('-', '_').lower()}"


def _remove(directory: Path) -> None:
    for data in directory.glob("*/pg"):
        cluster(data.parent).stop("immediate")
    shutil.rmtree(directory, ignore_errors=True)


def _sweep() -> None:
    """Stop what a killed run left behind."""
    for owner in Path(tempfile.gettempdir()).glob("oct-*/owner"):
        try:
            os.kill(int(owner.read_text()), 0)
        except ProcessLookupError:
            _remove(owner.parent)
        except (PermissionError, ValueError, OSError):
            continue


def server_version() -> int:
    """The major version that this run's own servers have."""
    return int(os.environ.get("OCEANID_TEST_POSTGRES") or embedded.VERSION)


def cluster(home: Path, **settings: str) -> Cluster:
    """A data directory of this run's version, without its server started."""
    version = server_version()
    if version == embedded.VERSION:
        binaries = embedded.binaries()
    else:
        binaries = Path(f"/usr/lib/postgresql/{version}/bin")
        if not (binaries / "postgres").exists():
            raise pytest.UsageError(f"OCEANID_TEST_POSTGRES={version}, but {binaries} is not there.")
    return Cluster(
        binaries, home / "pg", {"shared_buffers": "128MB", "jit": "off", "timezone": "UTC", **settings}
    )


@dataclass
class Server:
    """A private server that a test may stop, kill and start again. Keeps its data as a real one does."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cluster = cluster(self.home, **self.settings)

    @property
    def url(self) -> str:
        """URL of its database `oceanid`, which exists and is not migrated."""
        return self._cluster.url("oceanid")

    def start(self) -> None:
        """Start it, also after stop() or kill()."""
        with self._cluster.lock():
            self._cluster.start()
        with psycopg.connect(self._cluster.url("postgres"), autocommit=True) as conn:
            if conn.execute("SELECT FROM pg_database WHERE datname = 'oceanid'").fetchone() is None:
                conn.execute("CREATE DATABASE oceanid TEMPLATE template0")

    def stop(self, mode: str = "fast") -> None:
        """Stop it as an administrator would."""
        with self._cluster.lock():
            self._cluster.stop(mode)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._cluster.kill()

    def restart(self) -> None:
        """Stop and start it: every connection is lost."""
        self.stop()
        self.start()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def server_url() -> str:
    """URL of the run's server (its database `postgres`), with a superuser."""
    given = os.environ.get("OCEANID_TEST_DATABASE_URL")
    if given:
        return given
    run = Path(os.environ[RUN])
    shared = cluster(run / "shared", **_FAST)
    (run / "shared").mkdir(exist_ok=True)
    with shared.lock():
        shared.start()
    return shared.url("postgres")


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of the migrated database that tests' databases are copied from."""
    run = Path(os.environ[RUN])
    name = _template_of(run)
    with _locked(run / "template.lock"):
        if not (run / "template.done").exists():
            _create(server_url, name, "template0")
            deploy.migrate(_to_database(server_url, name))
            (run / "template.done").touch()
    return name


@pytest.fixture
def new_database(server_url: str, template: str) -> Iterator[Callable[..., str]]:
    """A factory of databases: `new_database()` is migrated, `new_database(migrated=False)` empty; both return
    a URL."""
    made: list[str] = []

    def create(*, migrated: bool = True) -> str:
        name = f"t_{uuid.uuid4().hex[:16]}"
        _create(server_url, name, template if migrated else "template0")
        made.append(name)
        return _to_database(server_url, name)

    yield create
    for name in made:
        calls.record(_to_database(server_url, name), Path(os.environ[RUN]))
    with psycopg.connect(server_url, autocommit=True) as conn:
        for name in made:
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """URL of a fresh, migrated database of the test's own."""
    return new_database()


@pytest.fixture
def db(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection (autocommit) to a fresh, migrated database of the test's own."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield conn


@pytest.fixture
def server() -> Iterator[Callable[..., Server]]:
    """A factory of private servers: `server()` is started, durable, with an empty database at `.url`.

    Keyword arguments are settings of postgresql.conf.
    """
    made: list[Server] = []

    def create(**settings: str) -> Server:
        if os.environ.get("OCEANID_TEST_DATABASE_URL"):
            pytest.skip("OCEANID_TEST_DATABASE_URL names one server, which tests must not restart")
        home = Path(tempfile.mkdtemp(prefix="s-", dir=os.environ[RUN]))
        private = Server(home, settings)
        made.append(private)
        private.start()
        return private

    yield create
    for private in made:
        private.stop("immediate")
        shutil.rmtree(private.home, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """An OCEANID_HOME that does not exist yet; an embedded server in it is stopped afterwards.

    Not under tmp_path: as root, its server needs to walk to it, and pytest closes those directories at every start.
    """
    directory = Path(tempfile.mkdtemp(prefix="h-", dir=os.environ[RUN]))
    yield directory / "home"
    if (directory / "home" / "pg").exists():
        embedded.stop(directory / "home")
    shutil.rmtree(directory, ignore_errors=True)


def _to_database(url: str, name: str) -> str:
    if "://" in url:
        head, _, tail = url.partition("://")
        authority, _, path = tail.partition("/")
        query = path.partition("?")[2]
        return f"{head}://{authority}/{name}" + (f"?{query}" if query else "")
    return make_conninfo("", **{**conninfo_to_dict(url), "dbname": name})


def _create(server_url: str, name: str, template: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(server_url, autocommit=True) as conn:
                conn.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(template)
                    )
                )
                return
        except psycopg.errors.ObjectInUse:
            # autovacuum may be in the template for a moment
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
