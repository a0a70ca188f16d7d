"""The real lists, cell for cell against a reading that shares no code with ours."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.workers.reader.helpers import LIMITS, SHARED, read_path
from workers.reader import open_table
from workers.reader.model import ReadOptions, UntidyQuotes

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real lists (../shared/data/vessels) are not here"
)

CSV_LISTS: dict[str, tuple[str, str]] = {
    "eu_fleet_swe_2024.csv": ("utf-8", ";"),
    "iattc_2025.csv": ("utf-8-sig", ","),
    "neafc_2025.csv": ("utf-8-sig", ","),
    "npfc_2025.csv": ("utf-8", ","),
    "sprfmo_2016.csv": ("cp1252", ","),
    "sprfmo_2025.csv": ("utf-8", ","),
    "wcpfc_2025.csv": ("utf-8", ","),
}
# Rows, columns and blank cells; counted with the csv module, openpyxl and xlrd, not with our reader.
COUNTS: dict[str, tuple[int, int, int]] = {
    "eu_fleet_swe_2024.csv": (955, 40, 8279),
    "iattc_2025.csv": (3785, 27, 27157),
    "neafc_2025.csv": (2236, 14, 992),
    "npfc_2025.csv": (1111, 33, 6882),
    "sprfmo_2016.csv": (746, 13, 1131),
    "sprfmo_2025.csv": (2765, 25, 10079),
    "wcpfc_2025.csv": (3109, 53, 22424),
    "nafo_2025.xlsx": (80, 8, 45),
    "iattc_2025.xlsx": (3785, 27, 27157),
    "uk_mmo_over10m_2018.xls": (1279, 17, 85),
}
WHERE = {"uk_mmo_over10m_2018.xls": (1, 5), "iattc_2025.xlsx": (2, 1)}


@pytest.mark.parametrize("name", CSV_LISTS)
def test_a_csv_list_is_read_cell_for_cell(name: str) -> None:
    encoding, delimiter = CSV_LISTS[name]
    with (SHARED / name).open(encoding=encoding, newline="") as stream:
        header, *expected = csv.reader(stream, delimiter=delimiter)
    found = read_path(SHARED / name)
    assert found.headers == [header]
    assert found.rows == [row for row in expected if any(row)]
    assert found.facts["encoding"] == encoding.removesuffix("-sig")
    assert found.facts["delimiter"] == delimiter
    assert found.warnings == []
    _count(name, found)


@pytest.mark.parametrize(("name", "outer_blanks"), [("nafo_2025.xlsx", False), ("iattc_2025.xlsx", True)])
def test_an_xlsx_list_is_read_cell_for_cell(name: str, outer_blanks: bool) -> None:
    """Text that NAFO's file does not mark to keep its outer blanks has none, to Excel and to calamine."""
    openpyxl = pytest.importorskip("openpyxl", reason="the other reader of this test")
    sheet_no, header_row = WHERE.get(name, (1, 1))
    book = openpyxl.load_workbook(SHARED / name, data_only=True)
    sheet = book.worksheets[sheet_no - 1]
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    if not outer_blanks:
        rows = [[cell.strip() for cell in row] for row in rows]
    found = read_path(SHARED / name, sheet_no=sheet_no, header_row=header_row)
    assert found.headers == [rows[header_row - 1]]
    assert found.rows == [row for row in rows[header_row:] if any(row)]
    _count(name, found)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def test_the_legacy_list_is_read_under_its_preamble() -> None:
    name = "uk_mmo_over10m_2018.xls"
    found = read_path(SHARED / name, header_row=5)
    assert found.headers[0][:4] == [
        "Administrative port",
        "Home port",
        "Port letters and numbers",
        "Vessel name",
    ]
    assert found.rows[0][:4] == ["ABERDEEN", "ABERDEEN", "A913", "DALWHINNIE"]
    assert (found.rows[0][5], found.types[0][5]) == ("41414", "n")
    assert (found.rows[0][7], found.rows[0][10]) == ("12.48", "248.725")
    assert len(found.facts["preamble"]) == 4
    _count(name, found)


def _count(name: str, found: Any) -> None:
    blank = sum(cell == "" for row in found.rows for cell in row)
    assert (len(found.rows), found.facts["column_count"], blank) == COUNTS[name]


@pytest.mark.parametrize(
    "name", sorted([*CSV_LISTS, "nafo_2025.xlsx", "iattc_2025.xlsx", "uk_mmo_over10m_2018.xls"])
)
@pytest.mark.parametrize("vocabulary", ["shipped", "none"])
def test_the_header_of_every_list_is_located(db: psycopg.Connection, name: str, vocabulary: str) -> None:
    """With the shipped header words, and without any: then by structure alone."""
    if vocabulary == "none":
        db.execute("DELETE FROM ref.header_alias")
    opened = open_table(SHARED / name, ReadOptions(), LIMITS)
    try:
        previews = opened.previews()
    except UntidyQuotes:
        opened.untidy = True  # type: ignore[attr-defined]
        previews = opened.previews()
    row = db.execute(
        "SELECT sheet_no, header_row, header_height, confidence FROM stage.locate_header(%s, 'RFMO', 'X')",
        [Jsonb([p.as_json() for p in previews])],
    ).fetchone()
    assert row is not None
    assert row[:3] == (*WHERE.get(name, (1, 1)), 1)
    assert row[3] > 0.5


def test_the_shared_lists_are_all_covered() -> None:
    assert {p.name for p in Path(SHARED).iterdir()} == set(COUNTS)
