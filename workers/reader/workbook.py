"""Spreadsheets: XLSX, XLS and ODS through calamine, with the types of their cells.

calamine loads one sheet into memory at a time. `max_sheet_cells` bounds what that takes (about 100 bytes a
cell); a list beyond it has to come as CSV, which is streamed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from workers.reader import archive, ole
from workers.reader.model import PREVIEW_ROWS, TYPED, Batch, Limits, Preview, ReadOptions, Row, reject

BATCH_ROWS = 1_000


class Workbook:
    """An opened workbook. Columns count from the first one that has anything in it, rows from the sheet's
    first.
    """

    def __init__(self, path: Path, container: str, options: ReadOptions, limits: Limits) -> None:
        if container == "zip":
            self.format = archive.check(path, limits)
        else:
            ole.check(path.read_bytes(), limits)
            self.format = "xls"
        self.encoding: str | None = None
        self.encoding_method: str | None = None
        self.delimiter: str | None = None
        self.warnings: list[dict[str, Any]] = []
        self._limits = limits
        self._nuls = 0
        self._memo = _Texts()
        self._book = self._open(path)
        self._names = [m.name for m in self._book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
        self._hidden = {m.name for m in self._book.sheets_metadata if m.visible != SheetVisibleEnum.Visible}
        if options.sheet is not None and options.sheet not in self._names:
            raise reject(
                f"The workbook has no sheet '{options.sheet}'.", f"Its sheets are: {', '.join(self._names)}."
            )
        self._wanted = options.sheet
        self._sheet: CalamineSheet | None = None

    def previews(self) -> list[Preview]:
        """The first rows of every sheet, or of the declared one."""
        if len(self._names) > self._limits.max_sheets:
            raise reject(
                f"The workbook has {len(self._names):,} sheets; the limit is {self._limits.max_sheets:,}.",
                "Keep the sheets with vessel lists only, or raise max_sheets in stage.limits.",
            )
        previews = []
        for number, name in enumerate(self._names, 1):
            if self._wanted is not None and name != self._wanted:
                continue
            sheet = self._load(number)
            rows: list[Row] = []
            rows.extend(map(self._texts, islice(sheet.iter_rows(), PREVIEW_ROWS)))
            height = sheet.start[0] + sheet.height if sheet.start else 0
            previews.append(Preview(number, name, name in self._hidden, height, sheet.width, rows))
            del sheet
        return previews

    def batches(self, sheet_no: int, first_row: int) -> Iterator[Batch]:
        """Rows of a sheet from `first_row` on."""
        rows: list[Row] = []
        number = 0
        start = first_row
        for number, row in enumerate(self._load(sheet_no).iter_rows(), 1):
            if number < first_row:
                continue
            rows.append(self._texts(row))
            if len(rows) == BATCH_ROWS:
                yield Batch(rows, range(start, number + 1))
                rows = []
                start = number + 1
        if rows:
            yield Batch(rows, range(start, number + 1))
        if self._nuls:
            self.warnings.append(
                {
                    "warning": "NUL",
                    "count": self._nuls,
                    "text": f"{self._nuls:,} NUL characters are shown as \u2400.",
                }
            )

    def sheet_name(self, sheet_no: int) -> str:
        """The name of a sheet by its number in the previews."""
        return self._names[sheet_no - 1]

    def _open(self, path: Path) -> CalamineWorkbook:
        try:
            return CalamineWorkbook.from_path(str(path))
        except python_calamine.PasswordError:
            raise reject(
                "The file is encrypted with a password.", "Save it without a password, and upload that."
            ) from None
        except (python_calamine.CalamineError, OSError) as error:
            raise _unreadable(self.format, error) from None

    def _load(self, sheet_no: int) -> CalamineSheet:
        try:
            return self._book.get_sheet_by_name(self._names[sheet_no - 1])
        except python_calamine.CalamineError as error:
            raise _unreadable(self.format, error) from None

    def _texts(self, row: list[Any]) -> list[str]:
        memo = self._memo
        texts = [cell if cell.__class__ is str else memo[cell.__class__, cell] for cell in row]
        if TYPED in "".join(texts):
            texts = [
                self._without_nul(text) if cell.__class__ is str else text
                for text, cell in zip(texts, row, strict=True)
            ]
        return texts

    def _without_nul(self, text: str) -> str:
        self._nuls += text.count("\0")
        return text.replace("\0", "\u2400")


class _Texts(dict[tuple[type, Any], str]):
    """(type, value) of a typed cell → its text with its type in front; forgets everything at times."""

    def __missing__(self, key: tuple[type, Any]) -> str:
        if len(self) > 50_000:
            self.clear()
        text = self[key] = typed_text(key[1])
        return text


def typed_text(value: object) -> str:
    """A typed cell as text with its type in front; text and durations have none.

    Dates are ISO 8601, with a time only where it is not midnight; a whole number has no point; no exponent.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return f"{TYPED}b{'true' if value else 'false'}"
    if isinstance(value, int):
        return f"{TYPED}n{value}"
    if isinstance(value, float):
        return TYPED + "n" + _number(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return f"{TYPED}d{value:%Y-%m-%d}" if midnight else f"{TYPED}d{value.isoformat(timespec='seconds')}"
    if isinstance(value, dt.date):
        return f"{TYPED}d{value.isoformat()}"
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        sign = "-" if seconds < 0 else ""
        seconds = abs(seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def _unreadable(kind: str, error: Exception) -> Exception:
    return reject(
        f"The {kind.upper()} workbook cannot be read ({error}).",
        "Open it in a spreadsheet program, save it as XLSX, and upload that.",
    )
