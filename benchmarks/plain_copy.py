"""The yardstick: a plain COPY of the same cells into the same server, in the same run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from benchmarks.lab import Connection, count, median, timed
from benchmarks.lists import VesselList

_COPY = "COPY bench.cell (document_id, row_index, column_position, raw_value) FROM STDIN"


@dataclass(frozen=True)
class PlainCopy:
    """Seconds to COPY (document, row, column, text) into a logged heap table without an index, and commit."""

    cells: int
    prepared_seconds: float
    files_seconds: float
    rows_seconds: float
    files_cells: int


def measure(connection: Connection, lists: Sequence[VesselList], repeat: int = 3) -> PlainCopy:
    """COPY the cells of the ingested documents from memory; then the files, read by csv and calamine."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS bench")
    with connection.cursor().copy(
        "COPY (SELECT document_id, row_index, column_position, coalesce(raw_value, '') FROM"
        " stage.cells) TO STDOUT"
    ) as copy:
        text = b"".join(bytes(block) for block in copy)
    prepared = median([_run(connection, lambda copy: copy.write(text)) for _ in range(repeat)])
    cells = count(connection, "SELECT count(*) FROM bench.cell")

    files = _files(connection, lists)
    from_files = median([_run(connection, lambda copy: _copy_files(copy, files)) for _ in range(repeat)])
    by_rows = median([_run(connection, lambda copy: _copy_rows(copy, files)) for _ in range(repeat)])
    files_cells = count(connection, "SELECT count(*) FROM bench.cell")
    connection.execute("DROP SCHEMA bench CASCADE")
    return PlainCopy(cells, prepared, from_files, by_rows, files_cells)


def _run(connection: Connection, write: Callable[[Any], object]) -> float:
    connection.execute("DROP TABLE IF EXISTS bench.cell")
    connection.execute(
        "CREATE TABLE bench.cell (document_id bigint, row_index integer, column_position"
        " smallint, raw_value text)"
    )
    connection.execute("CHECKPOINT")

    def work() -> None:
        with connection.transaction(), connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            write(copy)

    return timed(work)


@dataclass(frozen=True)
class _File:
    document_id: int
    path: Path
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int


def _files(connection: Connection, lists: Sequence[VesselList]) -> list[_File]:
    """What the reader found out; a plain script would have it written down."""
    paths = {item.path.name: item.path for item in lists}
    rows = connection.execute(
        "SELECT document_id, file_name, encoding, delimiter, sheet_name, header_row FROM"
        " stage.documents ORDER BY 1"
    ).fetchall()
    return [_File(i, paths[name], *rest) for i, name, *rest in rows]


def _copy_files(copy: Any, files: Sequence[_File]) -> None:
    for file in files:
        with _rows(file) as rows:
            _write(copy, file, rows)


def _copy_rows(copy: Any, files: Sequence[_File]) -> None:
    """As a short script would: psycopg formats and sends every cell."""
    for file in files:
        with _rows(file) as rows:
            for number, row in enumerate(rows, 1 - file.header_row):
                if number > 0:
                    for position, cell in enumerate(row, 1):
                        copy.write_row((file.document_id, number, position, str(cell)))


@contextmanager
def _rows(file: _File) -> Iterator[Any]:
    """A file's rows, from its first line or sheet row on."""
    if file.delimiter is None:
        yield CalamineWorkbook.from_path(str(file.path)).get_sheet_by_name(file.sheet or "").iter_rows()
        return
    encoding = "utf-8-sig" if file.encoding == "utf-8" else file.encoding
    with file.path.open(encoding=encoding, errors="replace", newline="") as stream:
        yield csv.reader(stream, delimiter=file.delimiter)


def _write(copy: Any, file: _File, rows: Any) -> None:
    """COPY text a thousand rows at a time: the fastest that plain Python does."""
    lines: list[str] = []
    for number, row in enumerate(rows, 1 - file.header_row):
        if number < 1:
            continue
        begin = f"{file.document_id}\t{number}\t"
        for position, cell in enumerate(row, 1):
            text = cell if cell.__class__ is str else str(cell)
            if "\\" in text or "\n" in text or "\r" in text or "\t" in text:
                text = (
                    text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
                )
            lines.append(f"{begin}{position}\t{text}\n")
        if len(lines) > 20_000:
            copy.write("".join(lines))
            lines = []
    copy.write("".join(lines))
