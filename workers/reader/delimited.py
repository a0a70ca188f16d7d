"""Delimited text: CSV with any delimiter, as a stream of rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from workers.reader.dialect import NO_DELIMITER, Dialect, sniff
from workers.reader.encoding import TextFacts
from workers.reader.model import (
    PREVIEW_ROWS,
    Batch,
    Limits,
    Preview,
    ReadOptions,
    Row,
    UntidyQuotes,
    printable,
    reject,
)
from workers.reader.untidy import UntidyReader

BATCH_ROWS = 2_000
BATCH_BYTES = 4 * 1024 * 1024
_STEP = 50
_SNIFF_CHARS = 256 * 1024
_LINE_END = re.compile("\r\n|\r|\n")


class _Rows(Protocol):
    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


class Delimited:
    """A delimited text file. `untidy` reads it with the slower reader that keeps stray quotes."""

    def __init__(self, path: Path, text: TextFacts, options: ReadOptions, limits: Limits) -> None:
        self.encoding: str | None = text.name
        self.encoding_method: str | None = text.method
        self.warnings: list[dict[str, Any]] = list(text.warnings)
        self.untidy = False
        self._path = path
        self._text = text
        self._limits = limits
        self._dialect = self._find_dialect(options)
        self.delimiter: str | None = self._dialect.delimiter
        self.format = {"\t": "tsv"}.get(self.delimiter or "", "csv")

    def previews(self) -> list[Preview]:
        """The file's one sheet. Raises UntidyQuotes."""
        rows: list[Row] = []
        with self._open() as stream:
            reader = self._reader(stream)
            rows.extend(self._take(reader, PREVIEW_ROWS))
        width = max(map(len, rows), default=0)
        return [Preview(1, self._path.name, False, len(rows), width, rows)]

    def batches(self, sheet_no: int, first_row: int) -> Iterator[Batch]:
        """Rows from `first_row` on. Raises UntidyQuotes; DocumentRejected where a cell is too long."""
        with self._open() as stream:
            reader = self._reader(stream)
            self._take(reader, first_row - 1)
            raw = stream.buffer.raw  # type: ignore[attr-defined]
            while True:
                rows: list[Row] = []
                lines: list[int] = []
                start = raw.tell()
                while len(rows) < BATCH_ROWS and raw.tell() - start < BATCH_BYTES:
                    before = reader.line_num
                    part = self._take(reader, _STEP)
                    if not part:
                        break
                    rows.extend(part)
                    if reader.line_num - before == len(part):
                        lines.extend(range(before + 1, reader.line_num + 1))
                    else:
                        lines.extend(_line_numbers(part, before + 1))
                if not rows:
                    return
                yield Batch(rows, lines)

    def _take(self, reader: _Rows, count: int) -> list[list[str]]:
        try:
            return list(islice(reader, count))
        except csv.Error as error:
            if not self.untidy:
                raise UntidyQuotes(str(error)) from None
            raise reject(
                f"The row at line {reader.line_num:,} cannot be read: {error}.",
                "Check the quotes around that line, or declare the delimiter.",
            ) from None

    def _reader(self, stream: io.TextIOWrapper) -> _Rows:
        lines: Iterator[str] = iter(stream)
        if self._text.nul_count:
            # PostgreSQL's text cannot hold NUL; the picture of it says that one was there.
            lines = (line.replace("\0", "\u2400") for line in stream)
        dialect = self._dialect
        if self.untidy:
            return UntidyReader(lines, dialect, self._limits.max_cell_length)
        csv.field_size_limit(self._limits.max_cell_length)
        return csv.reader(
            lines,
            delimiter=dialect.delimiter or NO_DELIMITER,
            quotechar='"',
            doublequote=True,
            skipinitialspace=dialect.blank_before_quote,
            strict=True,
        )

    def _open(self) -> io.TextIOWrapper:
        stream = io.TextIOWrapper(
            io.BufferedReader(io.FileIO(self._path), 1 << 18),
            encoding=self._text.codec,
            errors=self._text.errors,
            newline="",
        )
        # Codecs that eat the byte order mark themselves leave nothing to look for.
        if self._text.skip_mark:
            stream.read(1)
        return stream

    def _find_dialect(self, options: ReadOptions) -> Dialect:
        if options.delimiter is not None:
            delimiter = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(
                options.delimiter, options.delimiter
            )
            if delimiter == "none":
                return Dialect(None, False)
            if len(delimiter) != 1 or delimiter in '\r\n"':
                raise reject(
                    f"The declared delimiter '{printable(options.delimiter)}' is not one character.",
                    "Declare one of: comma, semicolon, tab, pipe, none, or any other single character.",
                )
            return Dialect(delimiter, False)
        with self._open() as stream:
            block = stream.read(_SNIFF_CHARS)
        if len(block) == _SNIFF_CHARS:
            # The last line is cut: its missing fields would count against every delimiter.
            end = max(block.rfind("\n"), block.rfind("\r"))
            block = block[: end + 1] or block
        return sniff(block)


def _line_numbers(rows: list[list[str]], first: int) -> list[int]:
    """The line on which each row begins, where some rows have line ends inside their cells."""
    lines = []
    line = first
    for row in rows:
        lines.append(line)
        text = "\0".join(row)
        line += 1 + (len(_LINE_END.findall(text)) if "\n" in text or "\r" in text else 0)
    return lines
