"""Flags: every spelling of the vocabulary, compositions, and which State stands behind a territory."""

from __future__ import annotations

import pytest

from tests.db.clean.texts import reading


@pytest.mark.parametrize(
    ("raw", "iso3"),
    [
        ("NOR", "NOR"),
        ("no", "NOR"),
        ("Norway", "NOR"),
        ("NORUEGA", "NOR"),
        ("Norvège", "NOR"),
        ("EU-ITA", "ITA"),
        ("EU (Spain)", "ESP"),
        ("EU - Spain", "ESP"),
        ("UE-España", "ESP"),
        ("European Union (Portugal)", "PRT"),
        ("EU", "EUE"),
        ("European Union", "EUE"),
        ("Chinese Taipei", "TWN"),
        ("Fishing Entity of Taiwan", "TWN"),
        ("TAI", "TWN"),
        ("CTP", "TWN"),
        ("FRA (French Polynesia)", "PYF"),
        ("France (New Caledonia)", "NCL"),
        ("Korea", "KOR"),
        ("Korea REP", "KOR"),
        ("Republic of Korea", "KOR"),
        ("Côte d’Ivoire", "CIV"),
        ("COTE D'IVOIRE", "CIV"),
        ("Россия", "RUS"),
        ("中国", "CHN"),
        ("  united   kingdom ", "GBR"),
        ("Faroe Islands", "FRO"),
        ("Atlantis", None),
        ("XXX", None),
        ("", None),
        (None, None),
    ],
)
def test_country_of(ask, raw: str | None, iso3: str | None) -> None:
    assert ask("clean.country_of", raw) == iso3


def test_a_composition_of_any_length_raises_nothing(ask) -> None:
    assert ask("clean.country_of", "EU-" * 30_000) is None
    assert ask("clean.country_of", "(" * 50_000) is None
    assert ask("clean.country_of", "EU-EU-EU-ITA") == "ITA"


def test_what_is_no_flag_stays_folded_in_upper_case(ask) -> None:
    flag = reading("FLAG", "country")
    assert ask("clean.normalise_country", "EU-ITA", flag) == "ITA"
    assert ask("clean.normalise_country", " Ise  City, Japan", flag) == "ISE CITY, JAPAN"


def test_a_sources_own_spelling_goes_before_the_general_one(db) -> None:
    assert db.execute("SELECT clean.country_of('CN')").fetchone() == ("CHN",)
    db.execute("INSERT INTO ref.country_alias (alias, source_name, iso3) VALUES ('CN', 'XFC', 'CAN')")
    row = db.execute(
        "SELECT clean.country_of('CN'), clean.country_of('CN', 'XFC'), clean.country_of('CN', 'YFC')"
    ).fetchone()
    assert row == ("CHN", "CAN", "CHN")
    assert db.execute("SELECT clean.country_of('EU-CN', 'XFC')").fetchone() == ("CAN",)


@pytest.mark.parametrize(
    ("iso3", "state"),
    [
        ("FRO", "DNK"),
        ("PYF", "FRA"),
        ("GIB", "GBR"),
        ("HKG", "CHN"),
        ("NOR", "NOR"),
        ("TWN", "TWN"),
        (None, None),
    ],
)
def test_sovereign(ask, iso3: str | None, state: str | None) -> None:
    assert ask("clean.sovereign", iso3) == state


def test_every_state_behind_a_territory_is_a_country_of_the_vocabulary(vocabulary) -> None:
    unknown = vocabulary.execute(
        "SELECT c.iso3, clean.sovereign(c.iso3) FROM ref.country AS c"
        " WHERE clean.sovereign(c.iso3) NOT IN (SELECT x.iso3 FROM ref.country AS x)"
        " OR clean.sovereign(clean.sovereign(c.iso3)) <> clean.sovereign(c.iso3)"
    ).fetchall()
    assert unknown == []
