"""`oceanid export`: a table or view of `curated` as it stands, as Parquet in a directory or an S3 bucket.

    <place>/<view>/year=2026/month=11/day=20/<view>-20261120T164501Z-1f3a9c2e.parquet
                                             <view>-20261120T164501Z-1f3a9c2e.schema.json
                                             manifest.json

The day is that of the snapshot, in UTC. The manifest names the day's files with their rows, sizes and SHA-256; it is
written last, after both were read back, and what it does not name does not count. A later export of the same day takes
the place of the earlier one.
"""

from __future__ import annotations

import difflib
import json
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from workers import __version__
from workers.errors import OceanidError
from workers.export_parquet import Column, ExportFailed, write_parquet
from workers.objects import ObjectStore, hash_file, store_at
from workers.runtime_types import Connection
from workers.settings import Settings

SCHEMA = "curated"

_COLUMNS = """
SELECT a.attname, format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid),
        CASE WHEN t.typbasetype = 0 THEN a.atttypmod ELSE t.typtypmod END),
    col_description(a.attrelid, a.attnum)
FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(format('%%I.%%I', 'curated', %s::text)) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_VIEWS = """
SELECT c.relname FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = 'curated'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1
"""


@dataclass(frozen=True)
class Exported:
    """What an export left: `manifest` is the key of the manifest below the place, `rows` the number of rows."""

    view: str
    place: str
    manifest: str
    parquet: str
    rows: int
    byte_size: int


def export_view(
    connection: Connection, view: str, place: str, settings: Settings, *, role: str | None = None
) -> Exported:
    """Write `curated.<view>` to a place (a directory, or `s3://bucket/prefix`); with `role`, what that role sees of it.

    The connection must not be in a transaction. Raises OceanidError for an unknown view or role, ExportFailed where the
    file is not what was read, ServiceUnavailable where the place does not answer.
    """
    name = view.removeprefix(f"{SCHEMA}.")
    if "://" not in place:
        place = str(Path(place).expanduser().resolve())
    store = store_at(place, settings)
    with _alone(connection, name, place), tempfile.TemporaryDirectory(prefix="oceanid-export-") as directory:
        spool = Path(directory) / "rows.csv"
        snapshot = _spool(connection, name, role, spool)
        parquet = Path(directory) / "rows.parquet"
        rows = write_parquet(spool, snapshot.columns, parquet)
        if rows != snapshot.rows:
            raise ExportFailed(
                f"{rows} rows were written, {snapshot.rows} were read.", hint="Repeat the export."
            )
        spool.unlink()
        return _publish(store, place, name, snapshot, parquet)


@dataclass(frozen=True)
class _Snapshot:
    """What was read: when, as which role, from which columns, how many rows."""

    at: datetime
    role: str
    description: str | None
    columns: list[Column]
    rows: int


@contextmanager
def _alone(connection: Connection, name: str, place: str) -> Iterator[None]:
    # Two exports of a view to one place would remove each other's files. The lock is the session's: no transaction is
    # open while the place is written, and the lock goes where the process goes.
    lock = "SELECT {}(hashtextextended(%s, 0))"
    key = [f"oceanid export {name} {place}"]
    row = connection.execute(lock.format("pg_try_advisory_lock").encode(), key).fetchone()
    if row != (True,):
        connection.rollback()
        raise OceanidError(
            f"{SCHEMA}.{name} is being exported to {place} by another process.", hint="Wait until it is done."
        )
    connection.commit()
    try:
        yield
    finally:
        if not connection.closed:
            connection.rollback()
            connection.execute(lock.format("pg_advisory_unlock").encode(), key)
            connection.commit()


def _spool(connection: Connection, name: str, role: str | None, target: Path) -> _Snapshot:
    """One snapshot of the view as CSV, in the view's own order of rows."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if role is not None:
            _become(connection, role)
        # Dates and times as DuckDB reads them, floats with all their digits, whatever the session has.
        connection.execute(
            "SELECT set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true),"
            " set_config('extra_float_digits', '1', true), set_config('intervalstyle', 'iso_8601', true)"
        )
        columns = _columns(connection, name)
        about = connection.execute(
            "SELECT transaction_timestamp(), current_user::text,"
            " obj_description(to_regclass(format('%%I.%%I', 'curated', %s::text)), 'pg_class')",
            [name],
        ).fetchone()
        assert about is not None
        expressions = sql.SQL(", ").join(
            sql.SQL(c.csv_expression).format(sql.Identifier(c.name)) for c in columns
        )
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')").format(
            expressions, sql.Identifier(SCHEMA, name)
        )
        with connection.cursor() as cursor:
            with target.open("wb") as out, cursor.copy(query) as copy:
                for block in copy:
                    out.write(block)
            return _Snapshot(about[0].astimezone(UTC), about[1], about[2], columns, cursor.rowcount)


def _become(connection: Connection, role: str) -> None:
    try:
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
        raise OceanidError(
            f"Nothing can be exported as {role}: {error.diag.message_primary}.",
            hint="--as takes a role that exists and that the connection's own role is a member of.",
        ) from error


def _columns(connection: Connection, name: str) -> list[Column]:
    readable = [row[0] for row in connection.execute(_VIEWS).fetchall()]
    if name not in readable:
        near = difflib.get_close_matches(name, readable, n=3) or readable
        raise OceanidError(
            f"There is no {SCHEMA}.{name} that may be read.",
            hint=f"Tables and views that can be exported: {', '.join(near)}."
            if near
            else "Run `oceanid migrate`.",
        )
    return [Column(*row) for row in connection.execute(_COLUMNS, [name]).fetchall()]


def _publish(store: ObjectStore, place: str, name: str, snapshot: _Snapshot, parquet: Path) -> Exported:
    """Bring the files to the place, read them back, write the manifest, and remove what an earlier export left."""
    stem = f"{name}-{snapshot.at:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}"
    day = f"{name}/year={snapshot.at:%Y}/month={snapshot.at:%m}/day={snapshot.at:%d}"
    schema = parquet.with_name("schema.json")
    schema.write_text(_as_json(_schema(name, snapshot)), encoding="utf-8")
    files = [
        _bring(store, f"{day}/{stem}.parquet", parquet) | {"rows": snapshot.rows},
        _bring(store, f"{day}/{stem}.schema.json", schema),
    ]
    manifest = parquet.with_name("manifest.json")
    manifest.write_text(_as_json(_manifest(name, snapshot, files)), encoding="utf-8")
    store.replace(f"{day}/manifest.json", manifest)
    kept = {f"{day}/manifest.json", *(f"{day}/{file['name']}" for file in files)}
    for key in set(store.keys(f"{day}/")) - kept:
        store.remove(key)
    return Exported(
        f"{SCHEMA}.{name}",
        place,
        f"{day}/manifest.json",
        f"{day}/{stem}.parquet",
        snapshot.rows,
        files[0]["bytes"],
    )


def _bring(store: ObjectStore, key: str, path: Path) -> dict[str, Any]:
    digest, size = hash_file(path)
    store.put(key, path)
    back = path.with_name("back")
    store.get(key, back)
    if hash_file(back) != (digest, size):
        store.remove(key)
        raise ExportFailed(
            f"{key} was not stored as it was sent.", hint="Check the place and repeat the export."
        )
    back.unlink()
    return {"name": key.rpartition("/")[2], "bytes": size, "sha256": digest.hex()}


def _manifest(name: str, snapshot: _Snapshot, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "view": f"{SCHEMA}.{name}",
        "snapshot_at": snapshot.at.isoformat(),
        "seen_by": snapshot.role,
        "rows": snapshot.rows,
        "files": files,
        "oceanid": __version__,
    }


def _schema(name: str, snapshot: _Snapshot) -> dict[str, Any]:
    return {
        "view": f"{SCHEMA}.{name}",
        "description": snapshot.description,
        "columns": [
            {
                "name": column.name,
                "type": column.parquet_type,
                "postgres_type": column.postgres_type,
                "description": column.description,
            }
            for column in snapshot.columns
        ],
    }


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
