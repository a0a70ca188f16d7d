"""`oceanid doctor`: looks at everything an installation stands on and says what is wrong and the cure.

Reads only, and starts nothing: a server that is down is reported, not started.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from workers import embedded
from workers.cluster_system import processes_of
from workers.database import connect, without_password
from workers.deploy_drift import drift, server_major
from workers.errors import OceanidError
from workers.settings import Settings

Level = Literal["ok", "warn", "fail"]
_LITTLE_DISK = 2 * 1024**3
_NO_DISK = 256 * 1024**2


@dataclass(frozen=True)
class Finding:
    """One line of the report. `cure` is empty where nothing is wrong."""

    level: Level
    name: str
    detail: str
    cure: str = ""


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which one would mend them. Raises nothing: what cannot be looked at is a
    finding."""
    findings = [*_home(settings), *_disk(settings)]
    url, server = _server(settings)
    findings += server
    if url is not None:
        findings += _database(url)
    findings += _object_store(settings)
    return findings


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home_path
    if not home.exists():
        yield Finding("ok", "home", f"{home} does not exist yet; it is made when it is needed")
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield Finding(
            "fail", "home", f"{home} is not writable for this user", "Own it, or choose another OCEANID_HOME."
        )
    elif home.stat().st_mode & stat.S_IWOTH:
        yield Finding("fail", "home", f"every user may write into {home}", f"chmod o-w {home}")
    else:
        yield Finding("ok", "home", str(home))
    data = home / "pg"
    if data.exists() and data.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(
            "fail",
            "data directory",
            f"other users may enter {data}, and with it the server",
            f"chmod 0700 {data}",
        )


def _disk(settings: Settings) -> Iterator[Finding]:
    place = settings.home_path
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    detail = f"{free / 1024**3:.1f} GiB free at {place}"
    if free < _NO_DISK:
        yield Finding("fail", "disk", detail, "Free some space; PostgreSQL stops when the disk is full.")
    elif free < _LITTLE_DISK:
        yield Finding("warn", "disk", detail, "Free some space before loading large lists.")
    else:
        yield Finding("ok", "disk", detail)


def _server(settings: Settings) -> tuple[str | None, list[Finding]]:
    home = settings.home_path
    try:
        state = embedded.status(home)
    except OceanidError as error:
        if settings.database_url is None:
            return None, [Finding("fail", "server", error.message, error.hint or "")]
        return settings.database_url.get_secret_value(), []
    findings = []
    lost = [] if state.pid is not None else processes_of(state.data_directory)
    if lost:
        pids = " ".join(map(str, lost))
        findings.append(
            Finding(
                "fail",
                "orphaned server",
                f"processes {pids} of {home} run without their pid file",
                f"kill {pids}",
            )
        )
    elif "stale" in state.detail:
        findings.append(Finding("warn", "embedded server", state.detail, "`oceanid up` repairs it."))
    if settings.database_url is not None:
        if state.running:
            findings.append(
                Finding(
                    "warn",
                    "orphaned server",
                    f"the embedded server of {home} runs (process {state.pid}), but DATABASE_URL is used",
                    "DATABASE_URL= oceanid down",
                )
            )
        return settings.database_url.get_secret_value(), findings
    if state.version is not None and state.version != embedded.VERSION:
        findings.append(
            Finding(
                "fail",
                "embedded server",
                f"its data is of PostgreSQL {state.version}, its programs are of {embedded.VERSION}",
                "Keep the older release, or dump with it and restore into a new OCEANID_HOME.",
            )
        )
        return None, findings
    if state.running:
        findings.append(Finding("ok", "embedded server", f"runs as process {state.pid}"))
        return embedded.url(home), findings
    if "stale" not in state.detail:
        findings.append(
            Finding(
                "warn", "embedded server", f"not running ({state.detail})", "`oceanid up`, then look again."
            )
        )
    return None, findings


def _database(url: str) -> Iterator[Finding]:
    try:
        conn = connect(url, autocommit=True, application_name="oceanid doctor", connect_timeout=5)
    except OceanidError as error:
        yield Finding("fail", "database", error.message, error.hint or "")
        return
    with conn:
        yield Finding("ok", "database", without_password(url))
        for check in (_version, _locale, _durability, _queues, _deployment):
            try:
                yield from check(conn)
            except psycopg.Error as error:
                yield Finding(
                    "fail",
                    check.__name__.strip("_"),
                    str(error).strip(),
                    "Connect as a role that may look at it.",
                )
            except OceanidError as error:
                yield Finding("fail", check.__name__.strip("_"), error.message, error.hint or "")


def _one(conn: psycopg.Connection[Any], query: str) -> Any:
    row = conn.execute(query.encode()).fetchone()
    return row[0] if row else None


def _version(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    major = server_major(conn)
    shown = f"PostgreSQL {_one(conn, 'SHOW server_version')}"
    if 15 <= major <= 18:
        yield Finding("ok", "version", shown)
    else:
        yield Finding("fail", "version", shown, "Use PostgreSQL 15, 16, 17 or 18.")


def _locale(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    encoding = _one(conn, "SHOW server_encoding")
    cure = "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' with a C.UTF-8 (or ICU) locale."
    if encoding != "UTF8":
        yield Finding("fail", "encoding", f"the database is encoded in {encoding}", cure)
    elif _one(conn, r"SELECT upper('é') = 'É' AND 'é' ~ '^\w$'"):
        yield Finding("ok", "locale", "UTF8; letters beyond ASCII have upper case")
    else:
        yield Finding(
            "fail", "locale", "letters beyond ASCII are no letters here: names are not folded", cure
        )


def _durability(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    off = [s for s in ("fsync", "full_page_writes", "synchronous_commit") if _one(conn, f"SHOW {s}") == "off"]
    if off:
        yield Finding(
            "warn",
            "durability",
            f"{' and '.join(off)} off: what was committed may be lost with the machine",
            f"ALTER SYSTEM RESET {off[0]}; and reload.",
        )


def _queues(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    if _one(conn, "SELECT to_regclass('pgmq.meta')") is None:
        yield Finding("fail", "pgmq", "the message queues are not installed", "Run `oceanid migrate`.")
        return
    extension = _one(conn, "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pgmq'")
    queues = _one(conn, "SELECT count(*) FROM pgmq.meta")
    yield Finding(
        "ok", "pgmq", f"{queues} queues, {'extension ' + extension if extension else 'from its SQL script'}"
    )


def _deployment(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    differences = drift(conn)
    if not differences:
        yield Finding("ok", "migrations", "files, deployment and catalog agree")
        return
    for difference in differences[:20]:
        level: Level = "warn" if difference.kind == "orphan" else "fail"
        yield Finding(level, difference.kind, difference.name, difference.cure)
    if len(differences) > 20:
        yield Finding(
            "fail", "migrations", f"{len(differences) - 20} more differences", "Run `oceanid migrate`."
        )


def _object_store(settings: Settings) -> Iterator[Finding]:
    location = settings.object_store_location
    if location.startswith("s3://"):
        yield _s3(settings, location)
        return
    place = Path(location)
    while not place.exists():
        place = place.parent
    if os.access(place, os.W_OK | os.X_OK):
        yield Finding("ok", "object store", location)
    else:
        yield Finding(
            "fail",
            "object store",
            f"{place} is not writable for this user",
            "Choose another OCEANID_OBJECT_STORE.",
        )


def _s3(settings: Settings, location: str) -> Finding:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    bucket = location.removeprefix("s3://").partition("/")[0]
    key, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    try:
        boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint_url,
            region_name=settings.s3_region,
            aws_access_key_id=key.get_secret_value() if key else None,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=Config(connect_timeout=5, read_timeout=5, retries={"max_attempts": 1}),
        ).head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError, ValueError) as error:
        return Finding(
            "fail",
            "object store",
            f"{location}: {error}",
            "Check OCEANID_S3_ENDPOINT_URL, the keys and the bucket's name.",
        )
    return Finding("ok", "object store", location)
