"""The labels hold together, by arithmetic of their own, and stand in the files they were taken from."""

from __future__ import annotations

import csv
import datetime
import re
import unicodedata
from fractions import Fraction

import pytest

from tests.labelled import DATA, SOURCES, VESSELS, LabelledCell, cells, headers, source_table

PERSONS = re.compile(r"owner|master|address|communication|charterer|company|operator|person", re.IGNORECASE)
LISTS_WITH_PERSONS = {"wcpfc_2025", "iattc_2025", "npfc_2025"}
NULL_REASONS = {
    "blank", "not_applicable", "unknown", "pending", "not_eligible", "none", "masked", "open_ended",
}  # fmt: skip

needs_lists = pytest.mark.skipif(
    not VESSELS.is_dir(), reason="the public vessel lists are not beside this checkout"
)


def of_kind(*kinds: str) -> list[LabelledCell]:
    return [cell for cell in cells() if cell.kind in kinds and cell.expected is not None]


def half_away_from_zero(value: Fraction) -> Fraction:
    return Fraction((value * 100 + Fraction(1, 2)).__floor__(), 100)


def test_the_sample_covers_every_list_and_is_large_enough() -> None:
    assert len(cells()) >= 900
    assert {cell.list for cell in cells()} == set(SOURCES)
    assert len({(cell.list, cell.row_index, cell.column_position) for cell in cells()}) == len(cells())


def test_no_cell_of_a_column_about_persons_is_in_the_repository() -> None:
    assert [
        (cell.list, cell.column_name)
        for cell in cells()
        if cell.layout in LISTS_WITH_PERSONS and PERSONS.search(cell.column_name)
    ] == []


def test_a_label_says_a_value_or_why_there_is_none_or_review() -> None:
    for cell in cells():
        assert cell.null_reasons <= NULL_REASONS, cell
        assert (cell.expected is not None or cell.needs_review) != bool(cell.null_reasons), cell


def test_every_labelled_field_and_kind_is_a_field_of_the_reference_data() -> None:

    with (DATA.parents[1] / "db/reference/ref.field.csv").open(encoding="utf-8", newline="") as lines:
        kinds = {row["field"]: row["kind"] for row in csv.DictReader(lines)}
    for header in headers():
        assert header.kind == (kinds[header.field] if header.field else "text"), header
        assert header.also <= kinds.keys(), header
    by_place = {(header.list, header.column_position): header for header in headers()}
    for cell in cells():
        header = by_place[cell.layout, cell.column_position]
        assert (cell.field, cell.column_name) == (header.field or "", header.column_name), cell


def test_expected_identifiers_pass_their_checks() -> None:
    for cell in of_kind("imo"):
        digits = [int(digit) for digit in cell.expected or ""]
        assert len(digits) == 7, cell
        assert sum(d * w for d, w in zip(digits, range(7, 1, -1), strict=False)) % 10 == digits[6], cell
    for cell in of_kind("mmsi"):
        assert re.fullmatch(r"[2-7]\d{8}", cell.expected or ""), cell
    for cell in of_kind("ircs"):
        assert re.fullmatch(r"(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])[A-Z0-9]{2,5}", cell.expected or ""), cell
    for cell in of_kind("eu_cfr"):
        assert re.fullmatch(r"[A-Z]{3}[A-Z0-9]{9}", cell.expected or ""), cell
    for cell in of_kind("country"):
        assert re.fullmatch(r"[A-Z]{3}(?:; [A-Z]{3})*", cell.expected or ""), cell


def test_a_reviewed_imo_is_one_whose_check_digit_fails() -> None:
    for cell in cells():
        if cell.kind == "imo" and cell.needs_review:
            total = sum(int(d) * w for d, w in zip(cell.raw_value, range(7, 1, -1), strict=False))
            assert total % 10 != int(cell.raw_value[6]), cell


def test_expected_dates_exist_and_no_end_is_no_date() -> None:
    for cell in of_kind("date"):
        assert datetime.date.fromisoformat(cell.expected or "").year < 2099, cell
    for cell in cells():
        if "open_ended" in cell.null_reasons:
            assert re.search(r"2099|2100|2999|3000", cell.raw_value), cell


def test_the_parts_of_a_date_are_the_parts_of_its_text() -> None:
    months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    for cell in of_kind("date"):
        year, month, day = (int(part) for part in (cell.expected or "").split("-"))
        numbers = [int(number) for number in re.findall(r"\d+", re.split(r"[T ]\d+:", cell.raw_value)[0])]
        word = re.search(r"[A-Za-z]{3}", re.split(r"\d[T ]\d+:", cell.raw_value)[0])
        if word:
            assert months[month - 1] == word.group().lower(), cell
            assert numbers[0] == day and numbers[1] in (year, year % 100), cell
        elif cell.list == "iattc_2025":
            assert numbers == [month, day, year % 100], cell
        else:
            assert numbers in ([day, month, year], [year, month, day]), cell


def test_converted_numbers_are_rounded_half_away_from_zero() -> None:
    units = {("HP", 1): "0.7457", ("PS", 1): "0.7355"}
    for cell in of_kind("length", "power", "tonnage", "volume", "mass", "count"):
        number = re.search(r"\d+(?:\.\d+)?", cell.raw_value)
        assert number, cell
        value, expected = Fraction(number.group()), Fraction(cell.expected or "")
        assert "." not in (cell.expected or "") or not (cell.expected or "").endswith("0"), cell
        if value == expected:
            continue
        factors = [Fraction(factor) for factor in units.values()] if cell.kind == "power" else [
            Fraction("0.3048"), Fraction("0.3048") ** 3,
        ]  # fmt: skip
        assert expected in [half_away_from_zero(value * factor) for factor in factors], cell


def test_expected_names_and_text_are_folded() -> None:
    for cell in of_kind("name", "registration", "text"):
        expected = cell.expected or ""
        assert unicodedata.is_normalized("NFC", expected), cell
        assert expected == " ".join(expected.split()), cell
        assert not re.search("[\x80-\x9f\ufffd\uff01-\uff5e]", expected), cell
        if cell.kind != "text":
            assert expected == expected.upper(), cell


@needs_lists
def test_every_label_stands_in_its_file() -> None:
    for cell in cells():
        table = source_table(cell.list)
        assert table[0][cell.column_position - 1] == cell.column_name, cell
        assert table[cell.row_index][cell.column_position - 1] == cell.raw_value, cell


@needs_lists
def test_every_column_of_every_list_is_labelled() -> None:
    for name in SOURCES:
        labelled = [header.column_name for header in headers() if header.list == name.removesuffix(".xlsx")]
        assert source_table(name)[0] == labelled


@needs_lists
def test_no_blank_row_disturbs_the_row_numbers() -> None:
    for name in SOURCES:
        assert all(any(value.strip() for value in row) for row in source_table(name))


@needs_lists
def test_units_of_converted_rows_are_those_of_the_row() -> None:
    """Which rows were converted: read from the file's unit column, the header or the cell, not from the label."""
    factors = {"hp": "0.7457", "ps": "0.7355", "ft": "0.3048", "kw": "1", "m": "1"}
    columns = {("wcpfc_2025", 31): 32, ("wcpfc_2025", 22): 24, ("wcpfc_2025", 25): 26, ("wcpfc_2025", 27): 28,
               ("npfc_2025", 28): 29}  # fmt: skip
    checked = 0
    for cell in of_kind("length", "power"):
        unit = ""
        if (cell.list, cell.column_position) in columns:
            text = source_table(cell.list)[cell.row_index][columns[cell.list, cell.column_position] - 1]
            unit = (re.findall(r"\((\w+)\)", text) or [text])[0].lower()
        elif cell.layout == "iattc_2025" and cell.kind == "power":
            unit = "hp"
        elif cell.raw_value.startswith(("HP ", "KW ")):
            unit = cell.raw_value[:2].lower()
        if unit not in factors:
            continue
        value = Fraction(re.sub(r"^[A-Z]+ ", "", cell.raw_value)) * Fraction(factors[unit])
        assert Fraction(cell.expected or "") == (
            value if factors[unit] == "1" else half_away_from_zero(value)
        ), cell
        checked += 1
    assert checked > 90
