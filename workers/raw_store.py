"""The append-only raw store `md_raw_ocr`: what OCR said of every page, run by run, in DuckDB.

Rows come from Parquet files and are only ever inserted: nothing here updates or deletes, and a row that is there
already must be the same row. A DuckDB file has one writing process at a time: a lock beside it makes the others wait.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workers.errors import ConfigurationError, JobRejected, OceanidError, ServiceUnavailable
from workers.settings import Settings

DATABASE = "md_raw_ocr"
_PATIENCE = 20.0

_DOCUMENTS = {
    "doc_id": "UUID", "run_id": "UUID", "ingest_ts": "TIMESTAMPTZ", "filename": "VARCHAR", "r2_key": "VARCHAR",
    "content_type": "VARCHAR", "size_bytes": "BIGINT", "doc_sha256": "VARCHAR", "uploader": "VARCHAR",
    "source_meta_json": "JSON", "hf_space_commit": "VARCHAR", "ocr_model": "VARCHAR", "ocr_image_digest": "VARCHAR",
    "ocr_params_json": "JSON",
}  # fmt: skip
_PAGES = {
    "doc_id": "UUID", "run_id": "UUID", "page_num": "INTEGER", "page_width": "DOUBLE", "page_height": "DOUBLE",
    "text": "VARCHAR", "text_sha256": "VARCHAR", "page_image_sha256": "VARCHAR", "ocr_confidence": "DOUBLE",
    "blocks_json": "JSON", "lines_json": "JSON", "tables_json": "JSON", "figures_json": "JSON",
    "ocr_runtime_ms": "DOUBLE", "created_at": "TIMESTAMPTZ",
}  # fmt: skip
TABLES = {"raw_documents": _DOCUMENTS, "raw_pages": _PAGES}
"""Columns and types of the two tables."""
KEYS = {"raw_documents": ("doc_id", "run_id"), "raw_pages": ("doc_id", "run_id", "page_num")}
_ALWAYS = ("doc_sha256", "text", "text_sha256")

_VIEW = """
CREATE VIEW IF NOT EXISTS vw_argilla_pages AS
SELECT
    p.doc_id::VARCHAR || ':' || p.page_num AS record_id, p.*, d.filename, d.r2_key, d.doc_sha256, d.ingest_ts,
    d.source_meta_json, d.ocr_model, d.ocr_image_digest
FROM raw_pages AS p
JOIN (
    SELECT * FROM raw_documents
    QUALIFY row_number() OVER (PARTITION BY doc_id ORDER BY ingest_ts DESC, run_id DESC) = 1
) AS d USING (doc_id, run_id)
"""

# What a digest covers: every text of a row. Numbers are left out, their spelling is not for ever.
_DOCUMENT_DIGEST = "sha256(to_json([{}])::VARCHAR)".format(
    ", ".join(f"{name}::VARCHAR" for name in _DOCUMENTS if name != "ingest_ts")
)
_PAGE_DIGEST = (
    "sha256(to_json([page_num::VARCHAR, sha256(text), text_sha256, page_image_sha256, blocks_json::VARCHAR,"
    " lines_json::VARCHAR, tables_json::VARCHAR, figures_json::VARCHAR])::VARCHAR)"
)
_RUNS = f"""
SELECT
    coalesce(d.run_id, p.run_id)::VARCHAR AS run_id, coalesce(p.pages, 0) AS pages,
    coalesce(p.wrong_texts, 0) AS wrong_texts, d.document_sha256, coalesce(p.pages_sha256, sha256('')) AS pages_sha256
FROM (SELECT run_id, {_DOCUMENT_DIGEST} AS document_sha256 FROM raw_documents WHERE {{where}}) AS d
FULL JOIN (
    SELECT
        run_id, count(*) AS pages, count(*) FILTER (WHERE sha256(text) <> text_sha256) AS wrong_texts,
        sha256(string_agg({_PAGE_DIGEST}, '' ORDER BY page_num)) AS pages_sha256
    FROM raw_pages WHERE {{where}} GROUP BY run_id
) AS p ON d.run_id = p.run_id
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What the raw store has of one run. `wrong_texts`: pages whose text does not have its hash."""

    run_id: str
    pages: int
    wrong_texts: int
    document_sha256: str | None
    pages_sha256: str


def _duckdb() -> Any:
    try:
        return importlib.import_module("duckdb")
    except ImportError as error:
        raise ServiceUnavailable(
            "The raw store needs DuckDB, which is not installed.", hint="pip install 'oceanid[raw-store]'"
        ) from error


def parquet_key(table: str, ingest_ts: datetime, run_id: str) -> str:
    """Where the Parquet file of a run belongs in the object store: partitioned by the day (UTC) of its ingest."""
    return f"raw_store/{table}/ingest_date={ingest_ts:%Y-%m-%d}/{run_id}.parquet"


def write_parquet(table: str, rows: Iterable[dict[str, Any]], path: Path) -> int:
    """Write rows (column → value as JSON has it) of a table as Parquet (zstd), in the order of its key.

    Returns how many. Uses a file beside `path` on the way, so that memory stays flat.
    """
    columns = TABLES[table]
    lines = path.with_suffix(".ndjson")
    count = longest = 0
    with lines.open("w", encoding="utf-8") as out:
        for row in rows:
            line = json.dumps({name: row[name] for name in columns}, ensure_ascii=False)
            longest = max(longest, len(line.encode()))
            count += 1
            out.write(line + "\n")
    duckdb = _duckdb()
    with duckdb.connect() as scratch:
        scratch.execute("SET TimeZone = 'UTC'")
        scratch.execute(f"SET temp_directory = {_text(path.parent / 'spill')}")
        read = (
            f"read_json({_text(lines)}, format = 'newline_delimited', maximum_object_size = {longest + 1024 * 1024},"
            f" columns = {{{', '.join(f'{name}: {_text(kind)}' for name, kind in _as_read(columns))}}})"
        )
        # An empty file has no line of JSON; DuckDB reads it as no rows all the same.
        scratch.execute(
            f"COPY (SELECT {', '.join(f'{n}::{k} AS {n}' for n, k in columns.items())} FROM {read}"
            f" ORDER BY {', '.join(KEYS[table])}) TO {_text(path)} (FORMAT parquet, COMPRESSION zstd)"
        )
    lines.unlink()
    return count


def _as_read(columns: dict[str, str]) -> Iterator[tuple[str, str]]:
    # JSON inside a line of JSON is a text there, and stays the very text it is.
    for name, kind in columns.items():
        yield name, "VARCHAR" if kind == "JSON" else kind


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


@contextmanager
def raw_store(settings: Settings, patience: float = _PATIENCE) -> Iterator[RawStore]:
    """The raw store, opened for writing and closed again; its tables are made where they are missing.

    Raises ServiceUnavailable where another process has it for longer than `patience` seconds, where MotherDuck does
    not answer, or where DuckDB is not installed; ConfigurationError for `md:` without a token.
    """
    duckdb = _duckdb()
    location = settings.raw_store_location
    if location.startswith("md:"):
        with _motherduck(duckdb, location, settings) as connection:
            yield RawStore(connection, location)
        return
    path = Path(location)
    with _alone(path, patience), _opened(duckdb, path) as connection:
        yield RawStore(connection, location)


@contextmanager
def _alone(path: Path, patience: float) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.with_name(path.name + ".lock").open("a")
    except OSError as error:
        raise ConfigurationError(
            f"The raw store {path} cannot be written: {error.strerror or error}.",
            hint="Check the directory's permissions, or set OCEANID_RAW_STORE.",
        ) from error
    with handle:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise _busy(path) from None
                time.sleep(0.05)
        yield


@contextmanager
def _opened(duckdb: Any, path: Path) -> Iterator[Any]:
    try:
        connection = duckdb.connect(str(path))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise _busy(path) from error
        raise _unreadable(path, error) from error
    except duckdb.Error as error:
        raise _unreadable(path, error) from error
    with connection:
        yield connection


@contextmanager
def _motherduck(duckdb: Any, location: str, settings: Settings) -> Iterator[Any]:
    if settings.motherduck_token is None:
        raise ConfigurationError(
            f"The raw store {location} is at MotherDuck, and there is no token.",
            hint="Set OCEANID_MOTHERDUCK_TOKEN, or OCEANID_RAW_STORE to a file.",
        )
    name = location.removeprefix("md:") or DATABASE
    token = settings.motherduck_token.get_secret_value()
    try:
        connection = duckdb.connect("md:", config={"motherduck_token": token})
        connection.execute(f'CREATE DATABASE IF NOT EXISTS "{name}"')
        connection.execute(f'USE "{name}"')
    except duckdb.Error as error:
        said = str(error).replace(token, "***").strip().splitlines()
        raise ServiceUnavailable(
            f"MotherDuck cannot be reached: {said[0] if said else type(error).__name__}",
            hint="DuckDB fetches its motherduck extension at first use and then speaks to MotherDuck: check the network"
            " and OCEANID_MOTHERDUCK_TOKEN, or set OCEANID_RAW_STORE to a file.",
        ) from None
    with connection:
        yield connection


class RawStore:
    """An open raw store. It can be read and added to; it has no method that changes a row."""

    def __init__(self, connection: Any, location: str) -> None:
        self._connection = connection
        self._location = location
        connection.execute("SET TimeZone = 'UTC'")
        for table, columns in TABLES.items():
            declared = ", ".join(
                f"{name} {kind}{' NOT NULL' if name in _ALWAYS else ''}" for name, kind in columns.items()
            )
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table} ({declared}, PRIMARY KEY ({', '.join(KEYS[table])}))"
            )
        connection.execute(_VIEW)

    def add(self, documents: Path, pages: Path, run_id: str) -> Run:
        """Insert what two Parquet files have of a run, all or nothing; rows that are there stay as they are.

        Raises JobRejected where a text does not have its hash, or where the store has another row of that key.
        """
        with self._transaction():
            for table, path in (("raw_documents", documents), ("raw_pages", pages)):
                self._insert(table, path)
            (run,) = self.runs(run_id)
        return run

    def runs(self, run_id: str | None = None) -> list[Run]:
        """All runs with their hashes recomputed from the rows; or one."""
        where, values = ("run_id = ?::UUID", [run_id, run_id]) if run_id else ("true", [])
        found = self._connection.execute(_RUNS.format(where=where), values).fetchall()
        return [Run(*row) for row in found]

    def query(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query. Raises OceanidError for a statement that does more than read."""
        statements = self._connection.extract_statements(query)
        if any(statement.type != _duckdb().StatementType.SELECT for statement in statements):
            raise OceanidError(
                "The raw store is append-only: a query can only read it.", hint="RawStore.add inserts runs."
            )
        rows: list[tuple[Any, ...]] = self._connection.execute(query, list(values)).fetchall()
        return rows

    def _insert(self, table: str, path: Path) -> None:
        file = f"read_parquet({_text(path)})"
        key = ", ".join(KEYS[table])
        names = ", ".join(TABLES[table])
        if table == "raw_pages":
            (wrong,) = self.query(f"SELECT count(*) FROM {file} WHERE sha256(text) <> text_sha256")[0]
            if wrong:
                raise JobRejected(
                    f"The text of {wrong} pages does not have the hash that it came with.",
                    hint="The pages in the database were changed; extract the document anew.",
                )
        compared = "text_sha256" if table == "raw_pages" else "doc_sha256"
        (other,) = self.query(
            f"SELECT count(*) FROM {table} AS s JOIN {file} AS f USING ({key}) WHERE s.{compared} <> f.{compared}"
        )[0]
        if other:
            raise JobRejected(
                f"The raw store {self._location} has other rows of this run in {table}: {other}.",
                hint="It is append-only. SELECT stage.check_raw_store() finds out what was changed.",
            )
        self._connection.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {file} AS f ANTI JOIN {table} AS s USING ({key})"
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            with suppress(Exception):
                self._connection.execute("ROLLBACK")
            if isinstance(error, _duckdb().Error):
                raise OceanidError(
                    f"The raw store {self._location} did not take the rows: {error}",
                    hint="Check the space left; the job is tried again by itself.",
                ) from error
            raise


def _busy(path: Path) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"Another process writes the raw store {path}.",
        hint="A DuckDB file has one writing process at a time; the job waits. Open it read-only to look at it.",
    )


def _unreadable(path: Path, error: Exception) -> OceanidError:
    return OceanidError(
        f"The raw store {path} cannot be opened: {str(error).splitlines()[0]}",
        hint="Move the file away; SELECT stage.reload_raw_store() fills a new one.",
    )
