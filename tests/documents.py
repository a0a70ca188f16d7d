"""Documents of tests go the real way: object store, register_document, the workers' queues, until all is gated."""

from __future__ import annotations

import csv
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests import calls
from tests.conftest import _create, _to_database
from workers import runtime
from workers.objects import object_store, raw_key
from workers.settings import Settings


class Desk:
    """What a test needs to bring files in and to look at what became of them.

    `directory` holds the files that the test writes and the object store.
    """

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.directory = directory
        self.settings = Settings(database_url=None, home=directory / "home")
        self.db = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        self._files = 0

    def close(self) -> None:
        """Let the connection go."""
        self.db.close()

    def register(
        self,
        path: Path,
        source: str = "TEST",
        source_type: str = "RFMO",
        list_name: str = "vessels",
        **options: Any,
    ) -> int:
        """Put a file into the store and register it; returns its document_id. Nothing is read yet."""
        content = path.read_bytes()
        digest = hashlib.sha256(content).digest()
        key = raw_key(digest, path.name)
        object_store(self.settings).put(key, path)
        return self.one(
            "SELECT document_id FROM stage.register_document(%s, %s, %s, %s, %s, %s, %s, %s)",
            source_type, source, list_name, path.name, digest, len(content), key, Jsonb(options),
        )  # fmt: skip

    def drain(self, queues: Sequence[str] | None = None) -> runtime.RunReport:
        """Work the queues off as a worker would; fails the test where a job failed."""
        report = runtime.run(self.url, queues, drain=True, settings=self.settings, patience=30)
        assert not (report.failed or report.dead), self.rows("SELECT * FROM ops.job_failures")
        return report

    def write(self, header: Sequence[str], rows: Iterable[Sequence[str]], name: str = "") -> Path:
        """A CSV file of its own name."""
        self._files += 1
        path = self.directory / (name or f"list-{self._files}.csv")
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
        return path

    def clean(
        self, header: Sequence[str], rows: Iterable[Sequence[str]], source: str = "TEST", **options: Any
    ) -> int:
        """A small list, written, registered, read, cleaned and gated; returns its document_id."""
        document_id = self.register(self.write(header, rows), source, **options)
        self.drain()
        assert self.one("SELECT status FROM stage.documents WHERE document_id = %s", document_id) == "gated"
        return document_id

    def column(self, values: Iterable[str], header: str, **options: Any) -> int:
        """A list of one telling column beside names, so that it has a header and rows; the column is the second."""
        return self.clean(
            ["Vessel Name", header], [[f"VESSEL {n}", v] for n, v in enumerate(values, 1)], **options
        )

    def one(self, query: str, *values: Any) -> Any:
        """The only column of the first row."""
        row = self.db.execute(query, values).fetchone()
        assert row is not None, "no row"
        return next(iter(row.values()))

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """All rows, as dictionaries."""
        return self.db.execute(query, values).fetchall()

    def cells(self, document_id: int, column: int | str) -> list[dict[str, Any]]:
        """A column's cells from stage.csv_extractions, in row order. The column by position or name."""
        by = "column_position" if isinstance(column, int) else "column_name"
        return self.rows(
            f"SELECT * FROM stage.csv_extractions WHERE document_id = %s AND {by} = %s ORDER BY row_index",
            document_id, column,
        )  # fmt: skip

    def cleaned(self, document_id: int, column: int | str) -> list[str | None]:
        """A column's accepted outcomes: the clean value, NULL's reason in brackets, or '?' where a human must look."""
        return [outcome(cell) for cell in self.cells(document_id, column)]

    def columns(self, document_id: int) -> list[dict[str, Any]]:
        """stage.columns with how each is read."""
        return self.rows(
            "SELECT c.*, r.date_order, r.decimal_sign, r.unit, r.separators FROM stage.columns AS c"
            " LEFT JOIN stage.readings AS r USING (reading_id) WHERE c.document_id = %s ORDER BY c.column_position",
            document_id,
        )

    def decisions(self, document_id: int | None = None) -> list[dict[str, Any]]:
        """Open decisions, of one document or of all."""
        return self.rows(
            "SELECT * FROM review.open_decision WHERE document_id = coalesce(%s, document_id)"
            " ORDER BY document_id, column_position, value_id, row_index",
            document_id,
        )

    def broken(self) -> list[dict[str, Any]]:
        """Documents whose cells are not all where they must be."""
        return self.rows("SELECT * FROM ops.conservation WHERE NOT holds OR place = 'lost'")


def outcome(cell: Mapping[str, Any]) -> str | None:
    """A cell's outcome as one text."""
    if cell["needs_review"]:
        return "?"
    return f"({cell['null_reason']})" if cell["cleaned_value"] is None else cell["cleaned_value"]


@contextmanager
def lasting_database(server_url: str, template: str) -> Iterator[str]:
    """URL of a migrated database that may outlive one test: for fixtures of a module or a session."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    _create(server_url, name, template)
    url = _to_database(server_url, name)
    try:
        yield url
        calls.record(url, Path(os.environ["OCEANID_TEST_RUN"]))
    finally:
        with psycopg.connect(server_url, autocommit=True) as conn:
            conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
