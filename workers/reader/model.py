"""What the parts of the reader hand to each other: limits, options, previews, and a file that has been
opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

from workers.errors import DocumentRejected, OceanidError

PREVIEW_ROWS = 60
_PREVIEW_CHARS = 200

# A cell is its text. A cell that a spreadsheet typed carries its type in front: NUL, then n, d or b, then the
# text. No text can begin like that, because NUL bytes of a file become U+2400 before anything else looks at
# them.
TYPED = "\0"

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reader refuses, from `stage.limits`. Lengths in characters, sizes in bytes."""

    max_file_bytes: int
    max_rows: int
    max_columns: int
    max_cell_length: int
    max_row_length: int
    max_sheets: int
    max_sheet_cells: int
    max_inflated_bytes: int
    max_zip_ratio: int
    max_zip_entries: int

    @classmethod
    def from_rows(cls, rows: Mapping[str, int]) -> Limits:
        """Limits from name → value. Raises OceanidError naming the limits that are missing."""
        missing = [f.name for f in fields(cls) if f.name not in rows]
        if missing:
            raise OceanidError(
                f"stage.limits lacks {', '.join(missing)}.",
                hint="`oceanid migrate` loads the shipped limits.",
            )
        return cls(**{f.name: rows[f.name] for f in fields(cls)})


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What an operator declared instead of having it detected. `header_row` 0: there is no header."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None

    @classmethod
    def from_json(cls, options: Mapping[str, Any]) -> ReadOptions:
        """Options as `stage.documents.read_options` keeps them; unknown names are ignored."""
        return cls(**{f.name: options[f.name] for f in fields(cls) if options.get(f.name) is not None})


@dataclass(slots=True)
class Preview:
    """The first rows of one sheet, for `stage.locate_header`: cells as text, one letter of type each."""

    sheet_no: int
    name: str
    hidden: bool
    row_count: int
    column_count: int
    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        """The preview as `stage.locate_header` takes it."""
        return {
            "sheet_no": self.sheet_no,
            "name": self.name,
            "hidden": self.hidden,
            "row_count": self.row_count,
            "column_count": self.column_count,
            "rows": [
                {
                    "cells": [plain(cell)[:_PREVIEW_CHARS] for cell in row],
                    "types": "".join(cell[1] if cell[:1] == TYPED else "s" for cell in row),
                }
                for row in self.rows
            ],
        }


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is. Rows count from 1; `height` 0: there is none and data begin under `row`."""

    sheet_no: int
    row: int
    height: int
    confidence: float
    why: str

    @property
    def data_row(self) -> int:
        """The first row of data."""
        return self.row + max(self.height, 1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows in a row, and the line (or sheet row) where each begins."""

    rows: list[Row]
    lines: Sequence[int]


class Opened(Protocol):
    """A file whose content is known to be a table or a workbook."""

    format: str
    encoding: str | None
    encoding_method: str | None
    delimiter: str | None
    warnings: list[dict[str, Any]]

    def previews(self) -> list[Preview]:
        """The first rows of every sheet, hidden ones too."""

    def batches(self, sheet_no: int, first_row: int) -> Iterator[Batch]:
        """The rows of a sheet from `first_row` (1 is the sheet's first) on, in bounded batches."""


class UntidyQuotes(Exception):
    """Quoting breaks its own rules somewhere: the file is read again by the slower reader that keeps stray
    quotes.
    """


def plain(cell: str) -> str:
    """A cell's text without its type."""
    return cell[2:] if cell[:1] == TYPED else cell


def reject(cause: str, cure: str) -> DocumentRejected:
    """The error that refuses a document; both sentences become its `rejection`."""
    return DocumentRejected(cause, hint=cure)


def printable(text: str, limit: int = 60) -> str:
    """Text from a file as a message may repeat it: short, and without control characters."""
    shown = "".join(c if c.isprintable() else " " for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[:limit] + "…"
