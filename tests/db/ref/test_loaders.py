from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from workers.cli_reference import ReferenceList, load, read, register
from workers.errors import OceanidError
from workers.settings import get_settings

SHARED = Path(__file__).parents[4] / "shared" / "data" / "reference"


def shared(name: str) -> Path:
    file = SHARED / name
    if not file.exists():
        pytest.skip(f"{name} may not be shipped and does not lie beside this checkout")
    return file


def one(db: psycopg.Connection, query: str, *parameters: object) -> Any:
    row = db.execute(query, parameters).fetchone()
    return None if row is None else row[0]


# --- species


def test_species_are_added_and_the_same_rows_again_change_nothing(db: psycopg.Connection) -> None:
    rows = Jsonb(
        [
            {"alpha3_code": "ZZA", "scientific_name": "Exemplum primum", "name_en": "First"},
            {"3a_code": "zzb", "scientific_name": "Exemplum secundum", "english_name": " "},
            {"alpha3_code": "toolong", "scientific_name": "Exemplum tertium"},
            {"alpha3_code": "ZZA", "scientific_name": "Exemplum primum", "name_en": "First"},
        ]
    )
    assert one(db, "SELECT ref.load_species(%s)", rows) == 2
    assert one(db, "SELECT ref.load_species(%s)", rows) == 0
    assert one(
        db, "SELECT scientific_name FROM ref.species WHERE code = 'ZZB' AND name IS NULL AND NOT shipped"
    )


def test_a_shipped_species_keeps_its_text(db: psycopg.Connection) -> None:
    rows = Jsonb([{"alpha3_code": "COD", "scientific_name": "Gadus morhua", "name_en": "Other words"}])
    assert one(db, "SELECT ref.load_species(%s)", rows) == 0
    assert one(db, "SELECT name FROM ref.species WHERE code = 'COD' AND shipped") == "Atlantic cod"


def test_the_asfis_file_loads(db: psycopg.Connection, database_url: str) -> None:
    rows = read(ReferenceList.asfis, shared("fao_asfis_species.csv"))
    shipped = one(db, "SELECT count(*) FROM ref.species")
    assert (
        load(database_url, ReferenceList.asfis, rows)
        == len({r["alpha3_code"] for r in rows} - {""}) - shipped
    )
    assert load(database_url, ReferenceList.asfis, rows) == 0
    assert one(db, "SELECT count(*) FROM ref.species WHERE shipped") == shipped


def test_every_shipped_species_is_a_code_of_asfis(db: psycopg.Connection) -> None:
    known = {r["alpha3_code"] for r in read(ReferenceList.asfis, shared("fao_asfis_species.csv"))}
    assert {code for (code,) in db.execute("SELECT code FROM ref.species").fetchall()} <= known


# --- locations


def test_ports_are_added_with_decimal_coordinates(db: psycopg.Connection) -> None:
    rows = Jsonb(
        [
            {
                "country": "AE",
                "location": "ZZ1",
                "name": "Óne",
                "function": "1-3-----",
                "coordinates": "2530N 05315W",
            },
            {
                "country": "AE",
                "location": "ZZ2",
                "name": "No port",
                "function": "--3-----",
                "coordinates": "",
            },
            {"country": "AE", "location": "ZZ3", "name": "Gone", "function": "1-------", "change": "X"},
            {"country": "AE", "location": "", "name": ".UNITED ARAB EMIRATES", "function": ""},
            {
                "country": "XZ",
                "location": "ZZ4",
                "name": "High seas",
                "function": "1-------",
                "coordinates": "9900N 00000E",
            },
        ]
    )
    assert one(db, "SELECT ref.load_locations(%s)", rows) == 2
    assert one(db, "SELECT ref.load_locations(%s)", rows) == 0
    found = db.execute(
        "SELECT port_id, name, country, latitude, longitude FROM ref.port WHERE port_id LIKE 'LOCODE-%' ORDER BY 1"
    ).fetchall()
    assert [(*r[:3], *map(str, r[3:])) for r in found] == [
        ("LOCODE-AEZZ1", "ÓNE", "ARE", "25.5000", "-53.2500"),
        ("LOCODE-XZZZ4", "HIGH SEAS", None, "None", "None"),
    ]


def test_the_unlocode_file_loads(db: psycopg.Connection, database_url: str) -> None:
    rows = read(ReferenceList.unlocode, shared("unlocode_ports_2015.csv"))
    added = load(database_url, ReferenceList.unlocode, rows)
    assert added > 10_000
    assert load(database_url, ReferenceList.unlocode, rows) == 0
    assert one(db, "SELECT count(*) FROM ref.port WHERE port_id LIKE 'LOCODE-%%' AND NOT shipped") == added
    assert one(db, "SELECT count(*) FROM ref.port WHERE port_id LIKE 'LOCODE-%%' AND country IS NULL") <= 100


def test_the_official_form_without_a_header_is_read(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "part1.csv"
    file.write_bytes(
        ',"AD",,".ANDORRA",,,,,,,,\r\n'
        '"+","NO","ZZ9","Tromsøya","Tromsoya","19","RL","1-------","0601",,"6939N 01857E",\r\n'.encode(
            "cp1252"
        )
    )
    rows = read(ReferenceList.unlocode, file)
    assert rows[1]["name"] == "Tromsøya"
    assert load(database_url, ReferenceList.unlocode, rows) == 1


# --- countries


def test_new_names_become_spellings_and_known_ones_stay(db: psycopg.Connection) -> None:
    rows = Jsonb(
        [
            {
                "cca3": "NOR",
                "name": {
                    "common": "Norway",
                    "native": {"xxx": {"common": "Zznorvegia", "official": "Zzshared"}},
                },
                "altSpellings": ["NO", "Zzalt"],
                "translations": {"yyy": {"common": "Sweden", "official": "Zzofficial"}},
            },
            {"cca3": "SWE", "name": {"common": "Zzshared"}},
            {"cca3": "QQQ", "name": {"common": "Zznowhere"}},
        ]
    )
    assert one(db, "SELECT ref.load_countries(%s)", rows) == 3
    assert one(db, "SELECT ref.load_countries(%s)", rows) == 0
    added = db.execute(
        "SELECT alias, iso3, language FROM ref.country_alias WHERE alias LIKE 'Zz%' ORDER BY 1"
    ).fetchall()
    assert added == [("Zzalt", "NOR", None), ("Zznorvegia", "NOR", "xxx"), ("Zzofficial", "NOR", "yyy")]
    assert one(db, "SELECT iso3 FROM ref.country_alias WHERE alias_key = 'SWEDEN'") == "SWE"


def test_the_file_of_country_names_loads(db: psycopg.Connection, database_url: str) -> None:
    before = db.execute("SELECT alias_key, iso3 FROM ref.country_alias WHERE source_name IS NULL").fetchall()
    rows = read(ReferenceList.countries, shared("iso_countries_altnames.json"))
    assert load(database_url, ReferenceList.countries, rows) > 1_000
    assert load(database_url, ReferenceList.countries, rows) == 0
    ambiguous = db.execute(
        "SELECT alias_key FROM ref.country_alias WHERE source_name IS NULL "
        "GROUP BY alias_key HAVING min(coalesce(iso3, '')) <> max(coalesce(iso3, ''))"
    ).fetchall()
    assert ambiguous == []
    after: dict[str, str | None] = dict(
        db.execute("SELECT alias_key, iso3 FROM ref.country_alias WHERE source_name IS NULL").fetchall()
    )
    assert {k: v for k, v in before if after[k] != v} == {}


# --- the command


def test_the_command_says_how_much_it_changed(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "asfis.csv"
    file.write_text("3A_CODE;Scientific_name;English_name\nZZA;Exemplum primum;First\n", encoding="utf-8-sig")
    monkeypatch.setenv("DATABASE_URL", database_url)
    get_settings.cache_clear()
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    for words in ("1 species added or changed.", "0 species added or changed."):
        result = CliRunner().invoke(app, ["load-reference", "asfis", str(file)], catch_exceptions=False)
        assert result.exit_code == 0
        assert words in result.output
    get_settings.cache_clear()


# --- errors


@pytest.mark.parametrize("function", ["load_species", "load_locations", "load_countries"])
@pytest.mark.parametrize("rows", ['{"a": 1}', None])
def test_what_is_no_array_is_refused_with_the_cure(
    db: psycopg.Connection, function: str, rows: str | None
) -> None:
    with pytest.raises(psycopg.Error) as error:
        db.execute(f"SELECT ref.{function}(%s::jsonb)", (rows,))
    assert error.value.sqlstate == "OC001"
    assert "oceanid load-reference" in (error.value.diag.message_hint or "")


@pytest.mark.parametrize(
    ("which", "name", "content", "words"),
    [
        ("asfis", "a.csv", "name,number\nx,1\n", "it has no 3a_code/alpha3_code and scientific_name"),
        ("unlocode", "a.csv", "", "it has no country and location and function"),
        ("countries", "a.json", "{", "is not JSON"),
        ("countries", "a.json", json.dumps({"cca3": "NOR"}), "is not a JSON array of objects"),
        ("countries", "a.json", json.dumps([{"iso": "NO"}]), "it has no cca3 and name"),
    ],
)
def test_another_file_is_refused_with_its_name(
    tmp_path: Path, which: str, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(OceanidError, match=words) as error:
        read(ReferenceList(which), tmp_path / name)
    assert error.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OceanidError, match=r"nothing\.csv cannot be read"):
        read(ReferenceList.asfis, tmp_path / "nothing.csv")
