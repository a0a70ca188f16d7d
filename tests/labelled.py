"""The hand-labelled truth: what each cell and each header of the public lists means, as typed rows.

`tests/data/README.md` tells the columns. The labels were decided from the contract of canonical values alone, never
from what the code answers.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from python_calamine import CalamineWorkbook

DATA = Path(__file__).parent / "data"
CELLS = DATA / "labelled_cells.csv"
HEADERS = DATA / "labelled_headers.csv"

# The lists are public but not ours to ship: they lie beside a checkout, or nowhere.
VESSELS = Path(__file__).parents[2] / "shared" / "data" / "vessels"

# List of a label: file, and for a workbook its sheet and the row of its header (1-based).
SOURCES: dict[str, tuple[str, str, int]] = {
    "eu_fleet_swe_2024": ("eu_fleet_swe_2024.csv", "", 1),
    "iattc_2025": ("iattc_2025.csv", "", 1),
    "iattc_2025.xlsx": ("iattc_2025.xlsx", "RegionalVesselRegister", 1),
    "nafo_2025": ("nafo_2025.xlsx", "Sheet1", 1),
    "neafc_2025": ("neafc_2025.csv", "", 1),
    "npfc_2025": ("npfc_2025.csv", "", 1),
    "sprfmo_2016": ("sprfmo_2016.csv", "", 1),
    "sprfmo_2025": ("sprfmo_2025.csv", "", 1),
    "uk_mmo_over10m_2018": ("uk_mmo_over10m_2018.xls", "Over 10 metres", 5),
    "wcpfc_2025": ("wcpfc_2025.csv", "", 1),
}


@dataclass(frozen=True)
class LabelledCell:
    """One cell and what a correct cleaning makes of it."""

    list: str
    row_index: int
    column_position: int
    column_name: str
    field: str
    kind: str
    raw_value: str
    expected: str | None
    null_reasons: frozenset[str]
    needs_review: bool
    note: str
    also: frozenset[str]

    @property
    def file(self) -> str:
        """Name of the file that holds the cell."""
        return SOURCES[self.list][0]

    @property
    def layout(self) -> str:
        """The list in `labelled_headers.csv`: both files of one register share it."""
        return self.list.removesuffix(".xlsx")

    def accepts(self, cleaned_value: str | None, null_reason: str | None = None) -> bool:
        """Whether an accepted (not reviewed) cell with this outcome is right.

        A cell whose right value is not known is never right when accepted: it must be reviewed.
        """
        if cleaned_value is None:
            return self.expected is None and null_reason in self.null_reasons
        return cleaned_value == self.expected or cleaned_value in self.also


@dataclass(frozen=True)
class LabelledHeader:
    """One column of a list and the field it means; no field is plain text that is kept as it is."""

    list: str
    column_position: int
    column_name: str
    field: str | None
    kind: str
    unit: str | None
    also: frozenset[str]
    note: str

    def accepts(self, field: str | None) -> bool:
        """Whether mapping the column to this field is right."""
        return field == self.field or field in self.also


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _parts(text: str, separator: str) -> frozenset[str]:
    return frozenset(part for part in text.split(separator) if part)


@cache
def headers() -> tuple[LabelledHeader, ...]:
    """Every column of every list, in file order."""
    return tuple(
        LabelledHeader(
            list=row["list"],
            column_position=int(row["column_position"]),
            column_name=row["column_name"],
            field=row["field"] or None,
            kind=row["kind"],
            unit=row["unit"] or None,
            also=_parts(row["also"], ";"),
            note=row["note"],
        )
        for row in _rows(HEADERS)
    )


@cache
def cells() -> tuple[LabelledCell, ...]:
    """Every labelled cell, ordered by list, column and row."""
    kinds = {(header.list, header.column_position): header.kind for header in headers()}
    return tuple(
        LabelledCell(
            list=row["list"],
            row_index=int(row["row_index"]),
            column_position=int(row["column_position"]),
            column_name=row["column_name"],
            field=row["field"],
            kind=kinds[row["list"].removesuffix(".xlsx"), int(row["column_position"])],
            raw_value=row["raw_value"],
            expected=row["expected"] or None,
            null_reasons=_parts(row["null_reason"], "|"),
            needs_review=row["needs_review"] == "true",
            note=row["note"],
            also=_parts(row["also"], " || "),
        )
        for row in _rows(CELLS)
    )


def _text(value: object) -> str:
    """A typed spreadsheet cell as the labels write it: whole numbers without a fraction, dates in ISO form."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


@cache
def source_table(list_name: str) -> list[list[str]]:
    """Header and data rows of a list, read with nothing but csv or calamine. Raises OSError where it is not there."""
    file, sheet, header_row = SOURCES[list_name]
    path = VESSELS / file
    if sheet:
        workbook = CalamineWorkbook.from_path(str(path))
        rows = workbook.get_sheet_by_name(sheet).to_python()
        return [[_text(value) for value in row] for row in rows[header_row - 1 :]]
    encoding = "cp1252" if list_name == "sprfmo_2016" else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.reader(lines, delimiter=";" if list_name.startswith("eu_") else ","))
