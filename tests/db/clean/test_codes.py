"""Codes of the vocabularies, yes-or-no words, plain text."""

from __future__ import annotations

import pytest

from tests.db.clean.texts import reading


def test_every_code_of_every_vocabulary_is_itself(vocabulary) -> None:
    for kind in ("gear", "vessel_type", "species", "area", "rfmo"):
        lost = vocabulary.execute(
            f"SELECT code, clean.vocabulary_code('{kind}', code) FROM ref.{kind}"
            f" WHERE clean.vocabulary_code('{kind}', code) IS DISTINCT FROM code"
        ).fetchall()
        assert lost == [], kind


def test_a_code_is_found_in_the_ways_registries_write_it(db) -> None:
    db.execute("INSERT INTO ref.gear (code, name) VALUES ('ZZL', 'Zigzag lines'), ('ZZN', 'Zigzag nets')")
    db.execute("INSERT INTO ref.gear_alias (alias, code) VALUES ('Zigzag lines', 'ZZL'), ('99.1', 'ZZL')")
    db.execute("INSERT INTO ref.gear_alias (alias, source_name, code) VALUES ('Zigzag lines', 'XFC', 'ZZN')")
    for text in ("ZZL", "zzl", " zigzag  LINES", "Whatever lines (ZZL)", "Zigzag lines [unknown]", "99.1 - Zigzag", "99.1 ZZL",
                 "ZZL - lines", "77.9 Zigzag lines"):  # fmt: skip
        assert db.execute("SELECT clean.vocabulary_code('gear', %s)", [text]).fetchone() == ("ZZL",), text
    assert db.execute("SELECT clean.vocabulary_code('gear', 'Zigzag lines', 'XFC')").fetchone() == ("ZZN",)
    assert db.execute("SELECT clean.vocabulary_lookup('gear', 'Whatever (ZZL)', NULL)").fetchone() == (None,)
    for text in ("unheard of", "", None):
        assert db.execute("SELECT clean.vocabulary_code('gear', %s)", [text]).fetchone() == (None,)
    assert db.execute("SELECT clean.vocabulary_code('no such kind', 'ZZL')").fetchone() == (None,)


@pytest.mark.parametrize(
    ("kind", "raw", "code", "known"),
    [
        ("gear", "Stick-held dip net (SHDN2)", "SHDN2", False),
        ("gear", "unheard-of net", "UNHEARD-OF NET", False),
        ("species", "xdz", "XDZ", False),
        ("area", "FAO 27", "27", True),
        ("area", "area 87", "87", True),
        ("rfmo", "neafc", "NEAFC", True),
        ("rfmo", "XFC", "XFC", False),
    ],
)
def test_an_unknown_code_is_kept(ask, kind: str, raw: str, code: str, known: bool) -> None:
    assert ask("clean.normalise_code", raw, reading(None, kind)) == code
    assert ask("clean.validate_code", code, reading(None, kind)) is known


def test_a_country_is_validated_by_its_own_vocabulary(ask) -> None:
    assert ask("clean.validate_code", "NOR", reading("FLAG", "country")) is True
    assert ask("clean.validate_code", "NORWAY", reading("FLAG", "country")) is False
    assert ask("clean.validate_code", "NOR", reading(None, "text")) is False


@pytest.mark.parametrize(
    ("raw", "value"),
    [("Y", "true"), ("yes", "true"), ("Sí", "true"), ("oui", "true"), ("1", "true"), ("1.0", "true"), ("TRUE", "true"),
     ("N", "false"), ("no", "false"), ("non", "false"), ("0", "false"), (" False ", "false"), ("perhaps", "perhaps")],
)  # fmt: skip
def test_normalise_boolean(ask, raw: str, value: str) -> None:
    assert ask("clean.normalise_boolean", raw) == value
    assert ask("clean.validate_boolean", value) is (value != "perhaps")


def test_any_text_is_a_text_and_keeps_its_case(ask) -> None:
    assert ask("clean.normalise_text", " Ａ  Sea\u00a0Star ") == "A Sea Star"
    assert ask("clean.validate_text", "Sea Star") is True
