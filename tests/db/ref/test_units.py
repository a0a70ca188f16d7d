"""Units and kinds of measure: what their spellings name, and what they convert to."""

from __future__ import annotations

from fractions import Fraction

import psycopg
import pytest

SPELLINGS = {
    "length": {
        "m": "m|M|Meters|metres|mts|Metros|mètres|м|メートル", "ft": "ft|Feet|pies|pieds|'", "cm": "CM|cm", "in": 'inches|"',
        "nmi": "nautical miles", "fathom": "fathoms",
    },
    "power": {
        "kW": "kw|KW|Kilowatts (kW)|квт|kilovatios", "HP": "hp|Horse Power (hp)|HP.|BHP|H.P.|caballos de fuerza",
        "PS": "ps|Pferdestärke (ps)|CV|ch|hk|PK|馬力|л.с.|caballos", "W": "W", "MW": "MW",
    },
    "volume": {"m3": "CM|CuM|Cubic Metres|m³|m3|CBM|metros cúbicos|立方米", "ft3": "CF|Cubic Feet|ft3|cu. ft", "L": "litres|l", "bbl": "barrels"},
    "mass": {"t": "MT|t|Tonnes|tons|Metric Tons|TM|toneladas", "kg": "KG|kgs", "lb": "lbs", "short ton": "short tons", "long ton": "LT"},
    "speed": {"kn": "knots|kts|nudos", "km/h": "km/h"},
    "tonnage": {"GT": "GT|Gross Tonnage (GT)|UMS|BRZ|arqueo bruto", "GRT": "GRT|BRT|TJB|TRB|gross registered tons", "NT": "NT|TRN", "t": "t|tonnes|tons"},
    "length_type": {
        "LOA": "LOA|Loa|LOA |OA|overall|TOTAL|Length Overall (LOA)|Length Overall|Eslora total|Eslora Total|LOA (ESLORA TOTAL)|"
        "Longueur hors tout|L.O.A.|全长",
        "LBP": "LBP|LPP|betweenpp|Length Between Perpendiculars (LPP)|Length Between Perpendiculars",
        "RL": "RL|reg|REG|REGISTER|registered|Registered Length|Length Registered|eslora de registro",
    },
    "depth_type": {"MD": "Moulded Depth|MD|puntal de trazado", "DR": "Draft / Draught|draught|calado"},
    "beam_type": {"MB": "Moulded Breadth|MB", "EB": "Extreme Breadth|EB", "RB": "registered breadth"},
    "tonnage_type": {"GT": "GT|Gross Tonnage (GT)|LC|London Convention|UMS|AB", "GRT": "GRT|Gross Register Tonnage (GRT)|OC|Oslo|TJB|TRB", "NT": "NT|Net tonnage"},
}  # fmt: skip


@pytest.mark.parametrize("dimension", SPELLINGS)
def test_a_spelling_names_its_unit(ask, dimension: str) -> None:
    wanted = {word: unit for unit, words in SPELLINGS[dimension].items() for word in words.split("|")}
    assert {word: ask("clean.unit_of", word.strip(), dimension) for word in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "dimension"),
    [("kg", "volume"), ("112", "length_type"), ("STEEL", "length_type"), ("SOP", "length_type"), ("LPH", "length_type"), ("GT", "length"),
     ("MAIN DIMENSIONS", "length_type"), ("m", "power"), ("Type of Length Unknown", "length_type")],
)  # fmt: skip
def test_what_is_no_unit_of_a_dimension_names_none(ask, text: str, dimension: str) -> None:
    assert ask("clean.unit_of", text, dimension) is None


def test_a_unit_is_a_spelling_of_itself(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT dimension, unit FROM ref.unit AS u WHERE NOT EXISTS (SELECT FROM ref.unit_alias AS a"
        " WHERE a.dimension = u.dimension AND a.unit = u.unit AND a.alias_key = lower(u.unit))"
    ).fetchall() == []  # fmt: skip


def test_a_spelling_has_one_meaning_in_a_dimension(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT dimension, alias_key FROM ref.unit_alias GROUP BY 1, 2 HAVING count(DISTINCT unit) > 1"
    ).fetchall() == []  # fmt: skip
    assert vocabulary.execute("SELECT alias FROM ref.unit_alias WHERE alias_key = ''").fetchall() == []


def test_a_factor_is_the_one_of_the_definitions(vocabulary: psycopg.Connection) -> None:
    """By the definitions: a foot is 0.3048 m, a pound 0.45359237 kg, a nautical mile 1852 m, a US gallon 231 cubic inches."""
    foot, inch, pound = Fraction("0.3048"), Fraction("0.0254"), Fraction("0.45359237") / 1000
    exact = {
        ("length", "ft"): foot, ("length", "yd"): 3 * foot, ("length", "fathom"): 6 * foot, ("length", "in"): inch,
        ("length", "nmi"): Fraction(1852), ("volume", "ft3"): foot**3, ("volume", "yd3"): (3 * foot) ** 3,
        ("volume", "gal"): 231 * inch**3, ("volume", "bbl"): 42 * 231 * inch**3, ("mass", "lb"): pound,
        ("mass", "short ton"): 2000 * pound, ("mass", "long ton"): 2240 * pound, ("mass", "cwt"): 112 * pound,
        ("speed", "km/h"): Fraction(1000, 1852), ("speed", "m/s"): Fraction(3600, 1852), ("speed", "mph"): 5280 * foot / 1852,
        ("power", "HP"): Fraction("0.7457"), ("power", "PS"): Fraction("0.7355"),
    }  # fmt: skip
    found = {
        (dimension, unit): Fraction(factor)
        for dimension, unit, factor in vocabulary.execute(
            "SELECT dimension, unit, factor FROM ref.unit WHERE factor IS NOT NULL"
        )
    }
    assert exact.keys() <= found.keys()
    assert {
        unit: value
        for unit, value in found.items()
        if unit in exact and abs(value / exact[unit] - 1) > Fraction(1, 10**11)
    } == {}


def test_every_unit_converts_to_the_base_unit_of_its_dimension(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT u.dimension, u.unit FROM ref.unit AS u WHERE u.factor IS NOT NULL AND NOT EXISTS ("
        " SELECT FROM ref.unit AS b WHERE b.dimension = u.dimension AND b.unit = u.base_unit AND b.factor = 1)"
    ).fetchall() == []  # fmt: skip
    assert vocabulary.execute(
        "SELECT field FROM ref.field AS f WHERE f.dimension IS NOT NULL AND f.base_unit IS NOT NULL AND NOT EXISTS ("
        " SELECT FROM ref.unit AS u WHERE u.dimension = f.dimension AND u.unit = f.base_unit)"
    ).fetchall() == []  # fmt: skip
    assert vocabulary.execute(
        "SELECT DISTINCT dimension FROM ref.field WHERE dimension IS NOT NULL AND dimension NOT IN (SELECT dimension FROM ref.unit)"
    ).fetchall() == []  # fmt: skip


def test_a_tonnage_is_never_converted(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT unit FROM ref.unit WHERE dimension IN ('tonnage', 'tonnage_type', 'length_type') AND factor IS NOT NULL"
    ).fetchall() == []  # fmt: skip


@pytest.mark.parametrize(
    ("header", "dimension", "unit"),
    [("Length (m)", "length", "m"), ("Engine Power (KW)", "power", "kW"), ("Potencia (CV)", "power", "PS"), ("Length OA (M)", "length", "m"),
     ("Fish hold volume (m3)", "volume", "m3"), ("Carrying capacity (t)", "mass", "t"), ("Motorkraft HK", "power", "PS"),
     ("Power of main engine", "power", None), ("Depth", "length", None), ("Registered tonnage", "tonnage", None)],
)  # fmt: skip
def test_a_header_names_its_unit(ask, header: str, dimension: str, unit: str | None) -> None:
    assert ask("clean.header_unit", header, dimension) == unit
