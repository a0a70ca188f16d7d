"""Spreadsheets: typed cells kept exact, sheets, hidden sheets, and what is refused before it is opened."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.reader.helpers import LIMITS, read_bytes, read_path
from workers.errors import DocumentRejected
from workers.reader import open_table
from workers.reader.model import ReadOptions
from workers.reader.workbook import typed_text

openpyxl = pytest.importorskip("openpyxl", reason="makes the spreadsheets of these tests")
xlwt = pytest.importorskip("xlwt", reason="makes the legacy spreadsheets of these tests")


def xlsx(rows: list[list[object]], change: Callable[[object], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: list[list[object]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("List")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell is not None:
                sheet.write(r, c, cell, *([day] if isinstance(cell, dt.date) else []))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(table: str, more: dict[str, str] | None = None) -> bytes:
    """The smallest ODS there is, with the XML of its tables given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            '<?xml version="1.0"?><office:document-content'
            ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
            ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
            ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f"{table}</office:spreadsheet></office:body></office:document-content>",
        )
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def ods_row(*cells: str) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in cells
    )
    return f"<table:table-row>{inner}</table:table-row>"


TYPED = [
    ["Name", "Value"],
    ["whole float", 23199.0],
    ["decimal", 12.48],
    ["small", 1e-07],
    ["large", 1e20],
    ["date", dt.date(2024, 1, 2)],
    ["time of day", dt.datetime(2024, 1, 2, 3, 4, 5)],
    ["yes", True],
    ["number as text", "007"],
    ["blanks", " a\u00a0 "],
    ["nothing", None],
]


def test_an_xlsx_cell_keeps_its_type_and_its_exact_value() -> None:
    found = read_bytes(xlsx(TYPED), name="renamed.csv")
    assert found.facts["format"] == "xlsx"
    assert found.facts["sheet_name"] == "Sheet"
    assert list(zip([r[1] for r in found.rows], [t[1] for t in found.types], strict=True)) == [
        ("23199", "n"), ("12.48", "n"), ("0.0000001", "n"), ("100000000000000000000", "n"), ("2024-01-02", "d"),
        ("2024-01-02T03:04:05", "d"), ("true", "b"), ("007", "s"), (" a\u00a0 ", "s"), ("", "s"),
    ]  # fmt: skip


def test_an_xls_is_read_like_an_xlsx() -> None:
    found = read_bytes(
        xls([["Name", "IMO", "Built"], ["ORION", 9000000, dt.date(2001, 5, 6)], ["X\0Y", None, None]])
    )
    assert found.facts["format"] == "xls"
    assert found.rows == [["ORION", "9000000", "2001-05-06"], ["X\u2400Y", "", ""]]
    assert found.types[0] == ["s", "n", "d"]
    assert found.warnings == ["NUL"]


def test_an_ods_is_read_like_an_xlsx() -> None:
    table = (
        '<table:table table:name="List">' + ods_row("Name", "IMO")
        + '<table:table-row><table:table-cell office:value-type="string"><text:p>ORION</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="9000000"><text:p>9000000</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row></table:table>"
    )  # fmt: skip
    found = read_bytes(ods(table))
    assert (found.facts["format"], found.rows, found.types) == ("ods", [["ORION", "9000000"]], [["s", "n"]])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "\0n5"), (-0.0, "\0n0"), (0.1, "\0n0.1"), (True, "\0btrue"), (False, "\0bfalse"), ("x", "x"),
        (dt.datetime(2024, 1, 2), "\0d2024-01-02"), (dt.time(3, 4), "03:04:00"),
        (dt.timedelta(hours=27, minutes=30), "27:30:00"), (dt.timedelta(seconds=-90), "-0:01:30"),
    ],
)  # fmt: skip
def test_a_value_s_text_has_one_form(value: object, text: str) -> None:
    assert typed_text(value) == text


def test_equal_values_of_different_types_stay_apart() -> None:
    found = read_bytes(xlsx([["a", "b"], ["x", 1], ["x", True], ["x", "1"], ["x", 0], ["x", False]]))
    assert [(r[1], t[1]) for r, t in zip(found.rows, found.types, strict=True)] == [
        ("1", "n"), ("true", "b"), ("1", "s"), ("0", "n"), ("false", "b"),
    ]  # fmt: skip


def test_hidden_sheets_are_offered_and_flagged(tmp_path: Path) -> None:
    def change(book: object) -> None:
        book.create_sheet("Old").append(["x"])  # type: ignore[attr-defined]
        book["Old"].sheet_state = "hidden"  # type: ignore[index]

    path = tmp_path / "a"
    path.write_bytes(xlsx([["Name"], ["ORION"]], change))
    previews = open_table(path, ReadOptions(), LIMITS).previews()
    assert [(p.sheet_no, p.name, p.hidden, p.row_count) for p in previews] == [
        (1, "Sheet", False, 2), (2, "Old", True, 1),
    ]  # fmt: skip
    (only,) = open_table(path, ReadOptions(sheet="Old"), LIMITS).previews()
    assert (only.sheet_no, only.as_json()["rows"]) == (2, [{"cells": ["x"], "types": "s"}])
    with pytest.raises(DocumentRejected, match="no sheet 'New'"):
        open_table(path, ReadOptions(sheet="New"), LIMITS)


def test_rows_are_numbered_as_the_sheet_does() -> None:
    found = read_bytes(
        xlsx([[], ["Title"], [], ["Name", "Flag"], ["A", "NZL"], [], ["B", "ESP"]]), header_row=4
    )
    assert (found.indexes, found.lines) == ([1, 3], [5, 7])
    assert found.facts["preamble"] == [[], ["Title"], []]


def test_a_workbook_with_a_password_is_refused_as_such() -> None:
    msoffcrypto = pytest.importorskip("msoffcrypto", reason="makes the encrypted workbook of this test")
    from msoffcrypto.format.ooxml import OOXMLFile

    assert msoffcrypto
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(xlsx([["Name"], ["A"]]))).encrypt("secret", out)
    with pytest.raises(DocumentRejected, match="password"):
        read_bytes(out.getvalue())


def test_a_legacy_workbook_with_a_password_is_refused_as_such() -> None:
    # A double of an encrypted XLS: the record that says so, put where Excel puts it, into a workbook that is in the clear.
    content = bytearray(xls([["Name"] * 40] * 40))
    start = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    content[start + 20 : start + 22] = b"\x2f\x00"
    with pytest.raises(DocumentRejected, match="password"):
        read_bytes(bytes(content))


def test_an_ods_with_a_password_is_refused_as_such() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>")
        archive.writestr("content.xml", "\x00\x01")
    with pytest.raises(DocumentRejected, match="password"):
        read_bytes(out.getvalue())


def test_a_workbook_that_would_inflate_beyond_the_limit_is_refused() -> None:
    content = xlsx([["Name"], ["A" * 30000]])
    with pytest.raises(DocumentRejected, match="unpacked it would be"):
        read_bytes(content, max_inflated_bytes=10_000)
    with pytest.raises(DocumentRejected, match="times as large"):
        read_bytes(_with_entry(content, "xl/media/zeros", b"\0" * 20_000_000))
    with pytest.raises(DocumentRejected, match="entries"):
        read_bytes(content, max_zip_entries=3)


def test_a_directory_that_lies_about_sizes_does_not_get_past_the_limit() -> None:
    content = bytearray(_with_entry(xlsx([["Name"], ["A"]]), "xl/media/zeros", b"\0" * 5_000_000))
    size = (5_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    content = bytearray(bytes(content).replace(size, (1_000).to_bytes(4, "little")))
    with pytest.raises(DocumentRejected, match="larger than its directory says"):
        read_bytes(bytes(content))


def test_cells_far_away_are_refused_before_a_sheet_is_laid_out() -> None:
    def change(book: object) -> None:
        book.active["XFD1048576"] = "far"  # type: ignore[attr-defined]

    with pytest.raises(DocumentRejected, match="row 1,048,576 and column 16,384"):
        read_bytes(xlsx([["Name"], ["A"]], change))
    table = (
        '<table:table table:name="List"><table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell office:value-type="string" table:number-columns-repeated="10000"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    with pytest.raises(DocumentRejected, match="cells"):
        read_bytes(ods(table))
    with pytest.raises(DocumentRejected, match="row 61 and column 3"):
        read_bytes(xls([["a", "b", "c"]] * 80), max_sheet_cells=180)


def test_too_many_sheets_are_refused() -> None:
    def change(book: object) -> None:
        for _ in range(4):
            book.create_sheet()  # type: ignore[attr-defined]

    with pytest.raises(DocumentRejected, match="more than 3 sheets"):
        read_bytes(xlsx([["Name"]], change), max_sheets=3)
    two = f'<table:table table:name="a">{ods_row("x")}</table:table>' * 2
    with pytest.raises(DocumentRejected, match="more than 1 sheets"):
        read_bytes(ods(two), max_sheets=1)


def test_an_empty_workbook_is_refused() -> None:
    with pytest.raises(DocumentRejected, match="no row with anything in it"):
        read_bytes(xlsx([]))


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize("damage", ["cut", "holes", "head only"])
def test_a_damaged_workbook_is_refused_or_read_and_nothing_else_happens(kind: str, damage: str) -> None:
    rows: list[list[object]] = [["Name", "IMO"], *[["ORION", 9000000 + n] for n in range(500)]]
    content = bytearray(
        {"xlsx": lambda: xlsx(rows), "xls": lambda: xls(rows),
         "ods": lambda: ods('<table:table table:name="a">' + ods_row("Name", "IMO") * 900 + "</table:table>")}[kind]()
    )  # fmt: skip
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "holes":
        for position in range(600, len(content) - 1, 97):
            content[position] ^= 0x5A
    else:
        content = content[:600]
    with pytest.raises(DocumentRejected) as caught:
        read_bytes(bytes(content))
    assert caught.value.hint


def _with_entry(content: bytes, name: str, data: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "no suffix"
    path.write_bytes(xlsx([["Name"], ["A"]]))
    assert read_path(path).rows == [["A"]]
