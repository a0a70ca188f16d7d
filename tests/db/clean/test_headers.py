"""What a header's words say: its key, its unit, how like another it is."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Length (m)", "LENGTH"),
        ("Length [LOA] (m)", "LENGTH"),
        ("Año de construcción", "ANO DE CONSTRUCCION"),
        ("vessel_name", "VESSEL NAME"),
        ("(IMO)", "IMO"),
        ("", ""),
        (None, None),
    ],
)
def test_header_key(ask, header: str | None, key: str | None) -> None:
    assert ask("clean.header_key", header) == key


@pytest.mark.parametrize(
    ("header", "dimension", "unit"),
    [
        ("Engine Power (KW)", "power", "kW"),
        ("Engine Power (HP)", "power", "HP"),
        ("Length, ft", "length", "ft"),
        ("Length_m", "length", "m"),
        ("Length overall [metres]", "length", "m"),
        ("Fish hold volume (m3)", "volume", "m3"),
        ("Fish hold (m³)", "volume", "m3"),
        ("Hold capacity (kg)", "volume", None),
        ("Length", "length", None),
        (None, "length", None),
    ],
)
def test_header_unit(ask, header: str | None, dimension: str, unit: str | None) -> None:
    assert ask("clean.header_unit", header, dimension) == unit


def test_trigrams(ask) -> None:
    assert sorted(ask("ref.trigrams", "IMO NO")) == sorted(["  I", " IM", "IMO", "MO ", "  N", " NO", "NO "])
    assert ask("ref.trigrams", "") == []
    assert ask("ref.trigrams", None) is None
