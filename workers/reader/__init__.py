"""The reader: a file of bytes to COPY text, with nothing lost. Where the header is, the database decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from workers.reader.delimited import Delimited
from workers.reader.encode import Encoder
from workers.reader.encoding import inspect
from workers.reader.model import (
    PREVIEW_ROWS,
    Header,
    Limits,
    Opened,
    Preview,
    ReadOptions,
    UntidyQuotes,
    plain,
    reject,
)
from workers.reader.sniff import kind_of
from workers.reader.workbook import Workbook

Locate = Callable[[list[Preview]], Header | None]

_PREAMBLE_ROWS = 200


@dataclass(slots=True)
class Table:
    """What was read: two files of COPY text, and the facts that `stage.accept_table` takes.

    `header_rows`: the cells of each header row, top first, none where there is no header. Every row of `rows`
    has `facts["column_count"]` numbers.
    """

    values: Path
    rows: Path
    header: Header
    header_rows: list[list[str]]
    facts: dict[str, Any]


def read(
    path: Path, document_id: int, options: ReadOptions, limits: Limits, locate: Locate, scratch: Path
) -> Table:
    """Read a file, its COPY text going to `scratch`. `locate` finds the header in the previews.

    Raises DocumentRejected, cause and cure, where the file cannot be read as a table or passes a limit.
    """
    size = path.stat().st_size
    if size > limits.max_file_bytes:
        raise reject(
            f"The file has {size:,} bytes; the limit is {limits.max_file_bytes:,}.",
            "Split it, or raise max_file_bytes in stage.limits.",
        )
    opened = open_table(path, options, limits)
    try:
        return _read(opened, document_id, options, limits, locate, scratch)
    except UntidyQuotes as error:
        if not isinstance(opened, Delimited):
            raise
        opened.untidy = True
        opened.warnings.append(
            {
                "warning": "stray quotes",
                "text": f"Some quotes do not pair up ({error}); they are kept as they stand.",
            }
        )
        return _read(opened, document_id, options, limits, locate, scratch)


def open_table(path: Path, options: ReadOptions, limits: Limits) -> Opened:
    """Open a file by its content. Raises DocumentRejected where it is no table."""
    kind = kind_of(path)
    if kind == "text":
        return Delimited(path, inspect(path, options.encoding, limits), options, limits)
    return Workbook(path, kind, options, limits)


def _read(
    opened: Opened, document_id: int, options: ReadOptions, limits: Limits, locate: Locate, scratch: Path
) -> Table:
    previews = opened.previews()
    header = _declared_header(options, previews) or locate(previews)
    if header is None:
        raise reject("The file has no row with anything in it.", "Check the download: nothing arrived.")
    preamble, header_rows = _head(opened, header)
    preview = next(p for p in previews if p.sheet_no == header.sheet_no)
    header_width = max(map(len, header_rows)) if header_rows else preview.column_count
    if header_width > limits.max_columns:
        raise reject(
            f"The header has {header_width:,} columns; the limit is {limits.max_columns:,}.",
            "Declare the delimiter if it was guessed wrong, or raise max_columns in stage.limits.",
        )
    values, rows = scratch / "raw_values.copy", scratch / "rows.copy"
    width = header_width
    while True:
        with values.open("wb") as values_file, rows.open("wb") as rows_file:
            encoder = Encoder(document_id, header_width, width, limits, values_file, rows_file)
            for batch in opened.batches(header.sheet_no, header.data_row):
                encoder.add(batch)
            encoder.finish()
        if encoder.width == width:
            break
        # Rows were written before a wider one came: once more, now that the width is known.
        width = encoder.width
    warnings = [*opened.warnings, *encoder.warnings()]
    facts = {
        "format": opened.format,
        "encoding": opened.encoding,
        "encoding_method": opened.encoding_method,
        "delimiter": opened.delimiter,
        "sheet_name": preview.name if isinstance(opened, Workbook) else None,
        "header_row": header.row,
        "header_height": header.height,
        "preamble": preamble,
        "row_count": encoder.row_count,
        "column_count": width,
        "warnings": warnings,
    }
    return Table(values, rows, header, header_rows, facts)


def _declared_header(options: ReadOptions, previews: list[Preview]) -> Header | None:
    if options.header_row is None or not previews:
        return None
    row = options.header_row
    # Without a declared sheet, the first one that a person sees.
    preview = next((p for p in previews if not p.hidden), previews[0])
    if row < 0 or (row > preview.row_count and preview.row_count < PREVIEW_ROWS):
        raise reject(
            f"There is no row {row:,} in which the header could be.",
            "Rows count from 1; declare 0 for no header.",
        )
    return Header(preview.sheet_no, row, 1 if row else 0, 1.0, "declared")


def _head(opened: Opened, header: Header) -> tuple[list[list[str]], list[list[str]]]:
    """The rows above the header as they are, without their trailing blanks, and the header's own rows."""
    preamble: list[list[str]] = []
    header_rows: list[list[str]] = []
    number = 0
    for batch in opened.batches(header.sheet_no, 1):
        for row in islice(batch.rows, header.data_row - 1 - number):
            number += 1
            cells = [plain(cell) for cell in row]
            if header.height and number >= header.row:
                header_rows.append(cells)
            elif len(preamble) < _PREAMBLE_ROWS:
                while cells and not cells[-1]:
                    cells.pop()
                preamble.append(cells)
        if number >= header.data_row - 1:
            break
    return preamble, header_rows
