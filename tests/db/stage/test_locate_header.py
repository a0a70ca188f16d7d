"""stage.locate_header on layouts as registries publish them. The records in here are invented."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

ALIASES = [
    "Vessel name", "Name of vessel", "Name", "Flag", "Flag State", "IMO", "IMO number", "IMO No", "Call sign", "IRCS",
    "MMSI", "Length", "Length overall", "LOA", "Gross tonnage", "GT", "GRT", "Port of registry", "Vessel type",
    "Gear", "Year built", "Registration number", "Authorisation from", "Authorisation to", "Previous name",
    "Engine power", "Nombre del buque", "Pabellón", "Matrícula", "Eslora", "Puerto base", "Nom du navire", "Pavillon",
    "Notes", "Date listed", "Owner",
]  # fmt: skip


def sheet(rows: list[list[Any]], no: int = 1, name: str = "Sheet1", hidden: bool = False) -> dict[str, Any]:
    """A preview as the reader makes it: numbers typed n, everything else text."""
    width = max(map(len, rows), default=0)
    return {
        "sheet_no": no,
        "name": name,
        "hidden": hidden,
        "row_count": len(rows),
        "column_count": width,
        "rows": [
            {
                "cells": [str(c) for c in row] + [""] * (width - len(row)),
                "types": "".join("n" if isinstance(c, (int, float)) else "s" for c in row).ljust(width, "s"),
            }
            for row in rows
        ],
    }


NAMES = [
    "BLUE STAR",
    "SEA ROVER",
    "ALBATROS III",
    "NORTH WIND",
    "MAR DE PLATA",
    "FU YUAN",
    "ORION",
    "TERNEUZEN",
]
FLAGS = ["NZL", "ESP", "PRT", "ESP", "ARG", "CHN", "NZL", "NLD"]


def vessels(count: int = 8) -> list[list[Any]]:
    """Name, flag, IMO, call sign, length, tonnage."""
    return [
        [NAMES[i % 8], FLAGS[i % 8], 9_000_000 + 137 * i, f"Z{i}AB{i}", 20.5 + i, 100 + 7 * i]
        for i in range(count)
    ]


HEADER = ["Vessel Name", "Flag State", "IMO Number", "Call Sign", "LOA (m)", "GT"]

LAYOUTS: dict[str, tuple[list[dict[str, Any]], tuple[int, int, int]]] = {
    "header in the first row": ([sheet([HEADER, *vessels()])], (1, 1, 1)),
    "title, date and blank rows above": (
        [sheet([["ICCAT Record of Vessels"], ["Updated: 12/03/2024"], [], HEADER, *vessels()])],
        (1, 4, 1),
    ),
    "cover sheet with contact lines before the list": (
        [
            sheet(
                [
                    ["Indian Ocean Tuna Commission"],
                    ["Record of authorised vessels"],
                    ["Contact", "secretariat"],
                ],
                1,
            ),
            sheet([HEADER, *vessels()], 2),
        ],
        (2, 1, 1),
    ),
    "notes sheet behind the list, with a small code table": (
        [
            sheet([HEADER, *vessels(30)], 1),
            sheet([["Notes"], ["Gear", "Name"], ["LLD", "Drifting longlines"], ["TBB", "Beam trawls"]], 2),
        ],
        (1, 1, 1),
    ),
    "hidden copy of the list": (
        [sheet([HEADER, *vessels(30)], 1, hidden=True), sheet([[], HEADER, *vessels(30)], 2)],
        (2, 2, 1),
    ),
    "labels and values above the table": (
        [
            sheet(
                [
                    ["Registry:", "CCSBT", "", "", "", ""],
                    ["Date of issue:", "2024-05-01", "", "", "", ""],
                    ["Number of vessels:", 8, "", "", "", ""],
                    [],
                    HEADER,
                    *vessels(),
                ]
            )
        ],
        (1, 5, 1),
    ),
    "a row of units under the header": (
        [
            sheet(
                [
                    ["Vessel name", "Flag", "Length", "GRT", "Engine power"],
                    ["", "", "(m)", "(t)", "(kW)"],
                    *[[v[0], v[1], v[4], v[5], 300] for v in vessels()],
                ]
            )
        ],
        (1, 1, 2),
    ),
    "group headings above, merged cells": (
        [
            sheet(
                [
                    ["GFCM authorised vessel list"],
                    ["Vessel name", "Flag", "Dimensions", "", "Authorisation", ""],
                    ["", "", "LOA", "GT", "from", "to"],
                    *[[v[0], v[1], v[4], v[5], "2024-01-01", "2024-12-31"] for v in vessels()],
                ]
            )
        ],
        (1, 2, 2),
    ),
    "the same header twice, told apart by its group": (
        [
            sheet(
                [
                    ["Vessel", "", "Owner", ""],
                    ["Name", "Flag", "Name", "Flag"],
                    *[[v[0], v[1], f"Company {i}", v[1]] for i, v in enumerate(vessels())],
                ]
            )
        ],
        (1, 1, 2),
    ),
    "a title of two cells above a complete header": (
        [sheet([["Vessel list", "", "", "", "Confidential", ""], HEADER, *vessels()])],
        (1, 2, 1),
    ),
    "totals below": (
        [sheet([["Vessels by flag"], HEADER, *vessels(), [], ["Total", "", 8, "", "", 996]])],
        (1, 2, 1),
    ),
    "Spanish headers": (
        [
            sheet(
                [
                    ["Registro de buques, año 2023"],
                    ["Nombre del buque", "Pabellón", "Matrícula", "Eslora (m)", "Puerto base"],
                    *[[v[0], v[1], f"VI-{i}-2-9{i}", v[4], "Vigo"] for i, v in enumerate(vessels())],
                ]
            )
        ],
        (1, 2, 1),
    ),
    "headers that nobody knows": (
        [
            sheet(
                [
                    ["Fartøyregister"],
                    ["Fartøynavn", "Registreringsmerke", "Største lengde", "Byggeår"],
                    *[[v[0], f"M-{i}-AV", v[4], 1990 + i] for i, v in enumerate(vessels())],
                ]
            )
        ],
        (1, 2, 1),
    ),
    "an IUU list: cover sheet, preamble, long text": (
        [
            sheet(
                [["Combined IUU vessel list"], ["This list is provided for information only. " * 4]],
                1,
                "About",
            ),
            sheet(
                [
                    ["IUU Vessel List 2024"],
                    [
                        "Vessels are listed under the conservation measures in force, see the text of the measures. "
                        * 2
                    ],
                    [],
                    ["Name", "Flag", "IMO No.", "Previous name", "Date listed", "Notes"],
                    *[
                        [v[0], v[1], v[2], "", "2010-05-01", "Seen fishing without authorisation. " * 3]
                        for v in vessels()
                    ],
                ],
                2,
                "List",
            ),
        ],
        (2, 4, 1),
    ),
    "no header at all": ([sheet(vessels())], (1, 0, 0)),
    "no header, under a title": ([sheet([["Fleet 2024"], [], *vessels()])], (1, 2, 0)),
    "only a header": ([sheet([HEADER])], (1, 1, 1)),
    "one column": ([sheet([["Vessel name"], *[[n] for n in NAMES]])], (1, 1, 1)),
    "one column that nobody knows": ([sheet([["Fartøynavn"], *[[n] for n in NAMES]])], (1, 1, 1)),
    "the header repeated on every page": (
        [sheet([["Page 1"], HEADER, *vessels(6), ["Page 2"], HEADER, *vessels(6)])],
        (1, 2, 1),
    ),
    "column numbers above the header": (
        [sheet([[1, 2, 3, 4, 5, 6], HEADER, *vessels()])],
        (1, 2, 1),
    ),
    "years among the headers": (
        [sheet([["Vessel name", "Flag", "IMO", 2022, 2023, 2024], *[[*v[:3], 1, 2, 3] for v in vessels()]])],
        (1, 1, 1),
    ),
    "text only, sparse": (
        [sheet([["Name", "Flag", "Port of registry", "Notes"], *[[n, "", "Vigo", ""] for n in NAMES]])],
        (1, 1, 1),
    ),
    "blank rows and columns around": (
        [sheet([[], [], ["", "", *HEADER], *[["", "", *v] for v in vessels()]])],
        (1, 3, 1),
    ),
}


def know(db: psycopg.Connection) -> None:
    db.execute("DELETE FROM ref.header_alias")
    db.execute("INSERT INTO ref.header_alias (alias) SELECT unnest(%s::text[])", [ALIASES])


@pytest.fixture
def known(db: psycopg.Connection) -> psycopg.Connection:
    """The database with the header words that these layouts use, and no others."""
    know(db)
    return db


def locate(
    db: psycopg.Connection, sheets: list[dict[str, Any]], source: str = "TEST"
) -> tuple[Any, ...] | None:
    return db.execute("SELECT * FROM stage.locate_header(%s, 'RFMO', %s)", [Jsonb(sheets), source]).fetchone()


@pytest.mark.parametrize("vocabulary", ["the words of these layouts", "shipped"])
def test_the_header_of_every_layout_is_found(db: psycopg.Connection, vocabulary: str) -> None:
    if vocabulary != "shipped":
        know(db)
    wrong = {}
    for name, (sheets, expected) in LAYOUTS.items():
        found = locate(db, sheets)
        if found is None or found[:3] != expected:
            wrong[name] = (found, expected)
    assert wrong == {}


def test_a_source_s_own_words_are_headers_for_that_source_only(known: psycopg.Connection) -> None:
    known.execute(
        "INSERT INTO ref.header_alias (alias, source_type, source_name) VALUES ('BAT', 'RFMO', 'X'), ('NAV', 'RFMO', 'X')"
    )
    sheets = [sheet([["BAT", "NAV"], ["ORION", "NZL"]])]
    ours, others = locate(known, sheets, "X"), locate(known, sheets, "Y")
    assert ours is not None and others is not None
    assert ours[3] > others[3]
    assert ours[4].startswith("2 of 2 cells are known headers")


def test_a_workbook_without_anything_in_it_has_no_header(db: psycopg.Connection) -> None:
    assert locate(db, [sheet([])]) is None
    assert locate(db, [sheet([["", " "], ["\u00a0"]])]) is None
    assert locate(db, []) is None


def test_a_very_wide_preview_is_located_within_seconds(known: psycopg.Connection) -> None:
    wide = sheet(
        [[f"Header {n}x" for n in range(300)], *[[f"v{r}.{n}" for n in range(300)] for r in range(59)]]
    )
    known.execute("SET statement_timeout = '5s'")
    assert locate(known, [wide]) is not None


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        (
            ["Name", "Dimensions", "", "Flag"],
            ["", "LOA", "GT", ""],
            ["Name", "Dimensions LOA", "Dimensions GT", "Flag"],
        ),
        # What runs over both rows is no group: its neighbour below stands for itself.
        (["Name", "Flag", ""], ["", "", "IRCS"], ["Name", "Flag", "IRCS"]),
        (["Length", "Length"], ["Length", "m"], ["Length", "Length m"]),
        (["Name", " "], [], ["Name", ""]),
        (["A"], ["x", "y"], ["A x", "A y"]),
        ([], [], None),
    ],
)
def test_a_group_heading_is_joined_with_what_stands_under_it(
    db: psycopg.Connection, upper: list[str], lower: list[str], expected: list[str] | None
) -> None:
    row = db.execute(
        "SELECT array_agg(header ORDER BY column_position) FROM stage.join_header(%s::text[], %s::text[])",
        [upper, lower],
    ).fetchone()
    assert row == (expected,)


@pytest.mark.parametrize(
    ("headers", "count", "expected"),
    [
        (["Name", "Name", "Name"], 3, ["Name", "Name (2)", "Name (3)"]),
        (["Name", "Name (2)", "Name"], 3, ["Name", "Name (2)", "Name (3)"]),
        ([" Vessel\n\u00a0name ", "", None], 3, ["Vessel name", "column_2", "column_3"]),
        (["column_2", ""], 2, ["column_2", "column_2 (2)"]),
        (["A"], 3, ["A", "column_2", "column_3"]),
        ([], 1, ["column_1"]),
    ],
)
def test_every_column_gets_a_name_of_its_own(
    db: psycopg.Connection, headers: list[str | None], count: int, expected: list[str]
) -> None:
    rows = db.execute("SELECT * FROM stage.name_columns(%s::text[], %s)", [headers, count]).fetchall()
    assert [row[2] for row in rows] == expected
    assert [row[1] for row in rows] == [headers[n] if n < len(headers) else None for n in range(count)]
    assert [row[0] for row in rows] == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "raw_type", "shape"),
    [
        ("", "s", None), (" \u00a0", "s", None), ("Vessel name", "s", "t"), ("1,234.5", "s", "n"), ("12", "n", "n"),
        ("2024-01-31", "s", "d"), ("27-MAY-25", "s", "d"), ("31/12/2016 11:59", "s", "d"), ("OW2418", "s", "c"),
        ("Length (m)", "s", "t"), ("x" * 81, "s", "l"), ("true", "b", "b"),
    ],
)  # fmt: skip
def test_a_cell_s_shape_is_what_it_looks_like(
    db: psycopg.Connection, text: str, raw_type: str, shape: str | None
) -> None:
    assert db.execute("SELECT stage.cell_shape(%s, %s)", [text, raw_type]).fetchone() == (shape,)
