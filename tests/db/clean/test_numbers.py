"""Numbers and measures: sign conventions, units, bounds; what can be read two ways is not read."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.db.clean.texts import each, reading

LENGTH = reading("LENGTH", "length")
LENGTH_DOT = reading("LENGTH", "length", decimal_sign=".")
LENGTH_FT = reading("LENGTH", "length", decimal_sign=".", unit="ft")
POWER = reading("ENGINE_POWER", "power", decimal_sign=".")
POWER_HP = reading("ENGINE_POWER", "power", decimal_sign=".", unit="HP")
VOLUME = reading("HOLD_VOLUME", "volume", decimal_sign=".")
GT = reading("GROSS_TONNAGE", "tonnage", decimal_sign=".")
TONNAGE = reading("TONNAGE", "tonnage", decimal_sign=".")
CREW = reading("CREW_COUNT", "count", decimal_sign=".")


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [
        ("63.00", None, "63"),
        ("1,327.99", None, "1327.99"),
        ("1.327,99", None, "1327.99"),
        ("475 009,12 €", None, "475009.12"),
        ("1'234'567.8", None, "1234567.8"),
        ("1’234,5", None, "1234.5"),
        ("1 000 000", None, "1000000"),
        ("1.234.567", None, "1234567"),
        ("1,234,567", None, "1234567"),
        ("1,00,00,000", None, "10000000"),
        ("- 1,00,000.234", None, "-100000.234"),
        ("1,5", None, "1.5"),
        ("499,00", None, "499"),
        ("0,123", None, "0.123"),
        (".5", None, "0.5"),
        ("5.", None, "5"),
        ("12345.678", None, "12345.678"),
        ("12345,678", None, "12345.678"),
        ("007", None, "7"),
        ("-999.0", None, "-999"),
        ("+5", None, "5"),
        ("1e-05", None, "0.00001"),
        ("1.5E3", None, "1500"),
        # read two ways: the column's sign decides, and without one nobody does
        ("1.234", None, None),
        ("1.234", ".", "1.234"),
        ("1.234", ",", "1234"),
        ("1,234", None, None),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        # what the text itself shows goes before what its column shows
        ("1.5", ",", "1.5"),
        ("1,5", ".", "1.5"),
        # no number
        ("1,234,56", None, None),
        ("12.34.56", None, None),
        ("1.234,567.8", None, None),
        ("12 34", None, None),
        ("5'10", None, None),
        ("80'", None, None),
        ("12 and 34", None, None),
        ("10-20", None, None),
        ("2+2", None, None),
        ("", None, None),
        ("-", None, None),
        (".", None, None),
        ("９", None, None),
        ("9" * 31, None, None),
        (None, None, None),
    ],
)
def test_read_decimal(ask, text: str | None, sign: str | None, number: str | None) -> None:
    answer = ask("clean.read_decimal", text, sign)
    assert answer == (None if number is None else Decimal(number))


def grouped(number: Decimal, point: str, group: str) -> str:
    whole, _, fraction = f"{number:,f}".partition(".")
    return whole.replace(",", group) + (point + fraction if fraction else "")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.decimals(Decimal("-999999999"), Decimal("999999999"), places=3)
        | st.decimals(0, 99999, places=2)
        | st.integers(0, 10**9).map(Decimal),
        min_size=1,
        max_size=60,
    )
)
@pytest.mark.parametrize(
    ("sign", "group"),
    [(".", ""), (".", ","), (".", " "), (".", "'"), (",", ""), (",", "."), (",", " "), (",", "’")],
)
def test_a_number_written_in_a_convention_is_that_number(vocabulary, sign: str, group: str, numbers) -> None:
    written = [grouped(number, sign, group) for number in numbers]
    assert each(vocabulary, "clean.read_decimal", written, sign) == numbers


@pytest.mark.parametrize(
    ("text", "how", "measure"),
    [
        ("63.00", LENGTH_DOT, "63"),
        ("63", LENGTH, "63"),
        ("23.80 Metres", LENGTH, "23.8"),
        ("23,80 m", LENGTH, "23.8"),
        ("24.5m.", LENGTH, "24.5"),
        ("OA 32", LENGTH, "32"),
        ("LOA: 32.5 m", LENGTH, "32.5"),
        ("12.5m (LOA)", LENGTH, "12.5"),
        ("80 ft", LENGTH, "24.38"),
        ("80'", LENGTH, "24.38"),
        ("80 feet", LENGTH, "24.38"),
        ("2450 cm", LENGTH, "24.5"),
        ("80", LENGTH_FT, "24.38"),
        ("24.4 m", LENGTH_FT, "24.4"),
        ("KW 350", POWER, "350"),
        ("350 kW", POWER, "350"),
        ("250", POWER_HP, "186.43"),
        ("250 HP", POWER, "186.43"),
        ("250 hp", POWER, "186.43"),
        ("250 PS", POWER, "183.88"),
        ("250 CV", POWER, "183.88"),
        ("1,200 kW", POWER, "1200"),
        ("1000 ft3", VOLUME, "28.32"),
        ("34 m³", VOLUME, "34"),
        ("34 m3", VOLUME, "34"),
        ("GT 499", GT, "499"),
        ("499 GT", GT, "499"),
        ("499 tons", TONNAGE, "499"),
        ("499 GRT", TONNAGE, "499"),
        ("1e3", LENGTH, "1000"),
        ("0.00", LENGTH, "0"),
        ("-5", LENGTH, "-5"),
        # stays as it is
        ("499 GRT", GT, "499 GRT"),
        ("120 kg", VOLUME, "120 kg"),
        ("12 parsecs", LENGTH, "12 parsecs"),
        ("5'10\"", LENGTH, "5'10\""),
        ("12-15 m", LENGTH, "12-15 m"),
        ("approx.", LENGTH, "approx."),
        ("12 €", LENGTH, "12 €"),
        ("1.234", LENGTH, "1.234"),
        ("1.234 m", LENGTH, "1.234 m"),
        ("350 350 350 350", reading("LENGTH", "length", unit="?kg"), "350 350 350 350"),
        ("", LENGTH, ""),
    ],
)
def test_a_measure_is_in_its_fields_unit(ask, text: str, how: str, measure: str) -> None:
    assert ask("clean.normalise_measure", text, how) == measure
    assert ask("clean.read_measure", text, how) == measure


@settings(max_examples=30, deadline=None)
@given(st.lists(st.decimals(Decimal("0.01"), Decimal("99999"), places=2), min_size=1, max_size=60))
@pytest.mark.parametrize(("unit", "factor"), [("HP", "0.7457"), ("PS", "0.7355")])
def test_a_converted_measure_is_rounded_half_away_from_zero(
    vocabulary, unit: str, factor: str, numbers
) -> None:
    converted = [(n * Decimal(factor)).quantize(Decimal("0.01"), ROUND_HALF_UP).normalize() for n in numbers]
    how = reading("ENGINE_POWER", "power", decimal_sign=".", unit=unit)
    answers = each(vocabulary, "clean.normalise_measure", [str(n) for n in numbers], how)
    assert [Decimal(answer) for answer in answers] == converted
    assert all(each(vocabulary, "clean.validate_decimal", answers))


@pytest.mark.parametrize(
    ("text", "plain"),
    [("63", True), ("0", True), ("-5", True), ("1327.99", True), ("63.0", False), ("007", False), ("1,5", False),
     (".5", False), ("1e3", False), ("", False), ("9" * 13, False)],
)  # fmt: skip
def test_a_plain_decimal(ask, text: str, plain: bool) -> None:
    assert ask("clean.validate_decimal", text) is plain


@pytest.mark.parametrize(
    ("text", "how", "inside"),
    [
        ("24.5", LENGTH, True),
        ("2450", LENGTH, False),
        ("1.4", LENGTH, False),
        ("6900", reading("BEAM", "length"), False),
        ("8", reading("BEAM", "length"), True),
        ("0.001", GT, False),
        ("470603", VOLUME, False),
        ("0.00001", VOLUME, False),
        ("0", CREW, True),
        ("5000", CREW, False),
        ("1840", reading("BUILD_YEAR", "year"), False),
        ("x", LENGTH, None),
        ("24.5 m", LENGTH, None),
    ],
)
def test_bounds_are_the_policys(vocabulary, text: str, how: str, inside: bool | None) -> None:
    row = vocabulary.execute(
        "SELECT clean.validate_bounds(%s, b.minimum, b.maximum) FROM clean.bounds_of(%s::stage.readings) AS b",
        [text, how],
    ).fetchone()
    assert row == (inside,)


@pytest.mark.parametrize(
    ("text", "count", "valid"),
    [("28", "28", True), ("28.0", "28", True), ("28 persons", "28", True), ("28 crew", "28", True), ("0", "0", True),
     ("028", "28", True), ("28.5", "28.5", False), ("-3", "-3", False), ("12-15", "12-15", False), ("many", "many", False)],
)  # fmt: skip
def test_a_count_is_a_whole_number(ask, text: str, count: str, valid: bool) -> None:
    assert ask("clean.normalise_count", text, CREW) == count
    assert ask("clean.validate_count", count) is valid


@pytest.mark.parametrize(
    ("text", "known"),
    [("1.234", False), ("1,234", False), ("-1.234", False), ("1.234 m", False), ("0.123", True), ("1.2345", True),
     ("1234.567", True), ("1.5", True), ("63", True), ("", True)],
)  # fmt: skip
def test_the_decimal_sign_is_missing_only_where_it_is_needed(ask, text: str, known: bool) -> None:
    assert ask("clean.validate_decimal_sign", text, LENGTH) is known
    assert ask("clean.validate_decimal_sign", text, LENGTH_DOT) is True


def test_a_unit_that_does_not_fit_is_said_by_the_reading(ask) -> None:
    assert ask("clean.validate_unit_fits", "120", reading("HOLD_VOLUME", "volume", unit="?MT")) is False
    assert ask("clean.validate_unit_fits", "120", reading("HOLD_VOLUME", "volume", unit="ft3")) is True
    assert ask("clean.validate_unit_fits", "120", VOLUME) is True


@pytest.mark.parametrize(
    ("text", "dimension", "unit"),
    [
        ("m", "length", "m"),
        ("Metres", "length", "m"),
        ("mtrs.", "length", "m"),
        ("FEET", "length", "ft"),
        ("pies", "length", "ft"),
        ("Kilowatts (kW)", "power", "kW"),
        ("Pferdestärke (ps)", "power", "PS"),
        ("CV", "power", "PS"),
        ("hp", "power", "HP"),
        ("cubic metres", "volume", "m3"),
        ("m³", "volume", "m3"),
        ("MT", "mass", "t"),
        ("knots", "speed", "kn"),
        ("Eslora total", "length_type", "LOA"),
        ("REG", "length_type", "RL"),
        ("kg", "volume", None),
        ("kg", None, "kg"),
        ("parsec", "length", None),
        ("", "length", None),
        (None, "length", None),
    ],
)
def test_unit_of(ask, text: str | None, dimension: str | None, unit: str | None) -> None:
    assert ask("clean.unit_of", text, dimension) == unit


@pytest.mark.parametrize(
    ("word", "dimension", "unit"),
    [("mtrs", "length", "m"), (" ft. ", "length", "ft"), ("OA", "length", ""), ("", "length", ""), ("m (LOA)", "length", "m"),
     ("LOA (m)", "length", "m"), ("m (ft)", "length", None), ("kg", "length", None), ("kw", "power", "kW")],
)  # fmt: skip
def test_measure_unit(ask, word: str, dimension: str, unit: str | None) -> None:
    assert ask("clean.measure_unit", word, dimension) == unit


@pytest.mark.parametrize(
    ("raw", "field", "code", "valid"),
    [
        ("Metres (m)", "LENGTH_UNIT", "m", True),
        ("Feet", "LENGTH_UNIT", "ft", True),
        ("Kilowatts (kW)", "POWER_UNIT", "kW", True),
        ("hp", "POWER_UNIT", "HP", True),
        ("kilograms", "HOLD_UNIT", "kg", True),
        ("MT", "HOLD_UNIT", "t", True),
        ("MT", "LENGTH_UNIT", "m", True),
        ("GT", "HOLD_UNIT", "GT", False),
        ("LOA", "LENGTH_TYPE", "LOA", True),
        ("REG", "LENGTH_TYPE", "RL", True),
        ("GRT", "TONNAGE_TYPE", "GRT", True),
        ("SOP", "LENGTH_TYPE", "SOP", False),
        ("62.20", "LENGTH_TYPE", "62.20", False),
    ],
)
def test_a_unit_is_its_dimensions_code(ask, raw: str, field: str, code: str, valid: bool) -> None:
    assert ask("clean.normalise_unit", raw, reading(field, "unit")) == code
    assert ask("clean.validate_unit", code, reading(field, "unit")) is valid


def test_every_unit_of_the_vocabulary_is_its_own_code(vocabulary) -> None:
    lost = vocabulary.execute(
        "SELECT u.dimension, u.unit, clean.unit_of(u.unit, u.dimension) FROM ref.unit AS u"
        " WHERE clean.unit_of(u.unit, u.dimension) IS DISTINCT FROM u.unit"
    ).fetchall()
    assert lost == []
