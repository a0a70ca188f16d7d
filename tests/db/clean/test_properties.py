"""What holds of every normaliser and every validator, whatever the text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings

from tests.db.clean.texts import each, reading, texts

PLAIN = ["text", "name", "registration", "imo", "mmsi", "call_sign", "cfr", "year", "boolean"]
WITH_READING = {
    "country": [reading("FLAG", "country")],
    "date": [reading("AUTH_START", "date"), reading("AUTH_END", "date", date_order="DMY"), reading("AUTH_START", "date", date_order="MDY")],
    "measure": [reading("LENGTH", "length"), reading("LENGTH", "length", decimal_sign="."), reading("ENGINE_POWER", "power", decimal_sign=",")],
    "count": [reading("CREW_COUNT", "count"), reading("CREW_COUNT", "count", decimal_sign=",")],
    "unit": [reading("LENGTH_UNIT", "unit"), reading("POWER_UNIT", "unit"), reading("LENGTH_TYPE", "unit")],
    "code": [reading("GEAR_TYPE", "gear"), reading("VESSEL_TYPE", "vessel_type"), reading("SPECIES", "species"),
             reading("FAO_AREA", "area"), reading("RFMO_CODE", "rfmo")],
}  # fmt: skip
CASES = [(f"clean.normalise_{name}", []) for name in PLAIN] + [
    (f"clean.normalise_{name}", [how]) for name, readings in WITH_READING.items() for how in readings
]


@settings(max_examples=50, deadline=None)
@given(texts)
@pytest.mark.parametrize(("function", "how"), CASES)
def test_a_normaliser_never_raises_and_its_answer_is_final(
    vocabulary, function: str, how: list[str], values: list[str]
) -> None:
    once = each(vocabulary, function, values, *how)
    assert None not in once
    assert each(vocabulary, function, once, *how) == once


def test_every_normaliser_is_among_them(vocabulary) -> None:
    names = {
        row[0]
        for row in vocabulary.execute(
            "SELECT 'clean.' || proname FROM pg_proc WHERE pronamespace = 'clean'::regnamespace"
            " AND proname LIKE 'normalise\\_%' AND proname NOT LIKE '%\\_unusual'"
        )
    }
    assert names == {function for function, _ in CASES}


@settings(max_examples=50, deadline=None)
@given(texts)
def test_helpers_never_raise_whatever_the_text(vocabulary, values: list[str]) -> None:
    vocabulary.execute(
        "SELECT clean.country_of(t), clean.header_key(t), clean.header_unit(t, 'length'), ref.trigrams(ref.match_key(t)),"
        " clean.unit_of(t, NULL), clean.measure_unit(t, 'power'), clean.vocabulary_code('gear', t), clean.month_number(t),"
        " clean.read_decimal(t, '.'), clean.read_decimal(t, NULL), clean.read_date(t, 'DMY', true), clean.decode_entities(t),"
        " clean.repair_mojibake(t), clean.strip_quotes(t), clean.propose(t, t, %s::stage.readings),"
        " clean.propose(t, upper(t), %s::stage.readings), clean.propose(t, t, %s::stage.readings)"
        " FROM unnest(%s::text[]) AS t",
        [
            reading("IRCS", "ircs"),
            reading("IMO", "imo"),
            reading("LENGTH", "length", decimal_sign="."),
            values,
        ],
    ).fetchall()


@settings(max_examples=50, deadline=None)
@given(texts)
def test_a_validator_answers_yes_or_no(vocabulary, values: list[str]) -> None:
    validators = vocabulary.execute(
        "SELECT proname, pronargs FROM pg_proc WHERE pronamespace = 'clean'::regnamespace AND proname LIKE 'validate\\_%'"
    ).fetchall()
    assert len(validators) > 15
    further: dict[int, list[tuple[object, ...]]] = {
        1: [()],
        2: [(reading("LENGTH", "length"),), (reading("FLAG", "country"),)],
        3: [(Decimal("0.5"), Decimal(150)), (Decimal(0), Decimal("Infinity"))],
    }
    for name, arguments in validators:
        for how in further[arguments]:
            answers = each(vocabulary, f"clean.{name}", values, *how)
            allowed = {True, False, None} if name == "validate_bounds" else {True, False}
            assert set(answers) <= allowed, name


def test_the_longest_cells_are_no_trouble(vocabulary) -> None:
    long = [
        "A" * 100_000,
        "9" * 100_000,
        " " * 100_000,
        "é " * 50_000,
        "(" * 100_000,
        "1." * 50_000,
        "&amp;" * 20_000,
        "Ã©" * 50_000,
        '"' * 100_000,
    ]
    for function, how in CASES:
        each(vocabulary, function, long, *how)
