from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.labelled import cells


def one(db: psycopg.Connection, query: str, *parameters: object) -> Any:
    row = db.execute(query, parameters).fetchone()
    return None if row is None else row[0]


def code(db: psycopg.Connection, kind: str, text: str, source: str | None = None) -> str | None:
    found: str | None = one(db, "SELECT clean.vocabulary_code(%s, %s, %s)", kind, text, source)
    return found


@pytest.mark.parametrize("table", ["gear", "vessel_type"])
def test_no_spelling_names_two_codes(db: psycopg.Connection, table: str) -> None:
    twice = db.execute(
        f"SELECT alias_key, source_name, array_agg(alias) FROM ref.{table}_alias GROUP BY 1, 2 HAVING count(*) > 1"
    ).fetchall()
    assert twice == []
    # A general spelling equal to a code would never be reached.
    hidden = db.execute(
        f"SELECT a.alias, a.code FROM ref.{table}_alias AS a JOIN ref.{table} AS c ON c.code = upper(a.alias) "
        "WHERE a.source_name IS NULL"
    ).fetchall()
    assert hidden == []


@pytest.mark.parametrize("kind", ["gear", "vessel_type", "species", "rfmo", "area"])
def test_a_code_is_itself(db: psycopg.Connection, kind: str) -> None:
    wrong = db.execute(
        f"SELECT code, clean.vocabulary_code(%s, code) FROM ref.{kind} "
        "WHERE clean.vocabulary_code(%s, code) IS DISTINCT FROM code",
        (kind, kind),
    ).fetchall()
    assert wrong == []


@pytest.mark.parametrize("kind", ["gear", "vessel_type"])
def test_the_name_of_a_code_is_the_code(db: psycopg.Connection, kind: str) -> None:
    wrong = db.execute(
        f"SELECT code, name FROM ref.{kind} WHERE clean.vocabulary_code(%s, name) IS DISTINCT FROM code",
        (kind,),
    ).fetchall()
    assert wrong == []


GEARS = {
    "01.1": "PS",
    "1.1": "PS",
    "01.1.0": "PS",
    "01.1.0 - Surrounding Nets - With Purse Lines (purse seines)": "PS",
    "01.1.1 - Surrounding Nets - With Purse Lines (purse seines) - one boat operating purse seines": "PS1",
    "Purse seine": "PS",
    "cerco": "PS",
    "senne tournante": "PS",
    "09.5": "LTL",  # the numbers of 2016
    "09.5.0": "LL",  # the numbers of 1980
    "09.5.0 LL": "LL",
    "09.6.0": "LTL",
    "09.32": "LLD",
    "09.4.0 LLD": "LLD",
    "09.0.0": "LX",
    "03.2.8 OTM-2": "OTM",
    "03.2.8 - Midwater Trawl - otter - stern": "OTM",
    "99.0.0 NK": "NK",
    "11.0.0 - Harvesting Machines": "HMX",
    "TRAWLS": "TX",
    "Stick-held dip net (SHDN)": None,
    "Handlines and hand-operated pole-and-lines (LHP)": "LHP",
    "palangre de fondo": "LLS",
    "Trémail": "GTR",
    "Nasse": "FPO",
    "Squid jigging": "LHM",
}


def test_gears(db: psycopg.Connection) -> None:
    assert {text: code(db, "gear", text) for text in GEARS} == GEARS


def test_a_source_reads_a_gear_in_its_own_way(db: psycopg.Connection) -> None:
    assert code(db, "gear", "Multi-purpose", "IATTC") == "MIS"
    assert code(db, "gear", "Multi-purpose") is None
    assert code(db, "gear", "BB", "ICCAT") == "LHM"
    assert code(db, "gear", "L", "WCPFC") == "LL"


TYPES = {
    "01.2.3 Trawlers - Stern Trawlers - Factory": "TTP",
    "07.2.1 - Liners - Longliners - Tuna Longliners": "LLT",
    "49.0.0": "FX",
    "99.0.0 - Non-Fishing Vessels nei": "VOX",
    "12.0.0 - Fish Carriers": "FO",
    "FISH CARRIERS AND REEFERS (FO)": "FO",
    "FISHERY RESEARCH VESSELS (RT)": "RT",
    "FISHERY RESEARCH VESSELS (ZO)": "ZO",
    "Japanese type  liners (LPJ)": "LPJ",
    "Other fishing vessels [FISHING VESSELS NOT SPECIFIED] (FX)": "FX",
    "Stern trawlers freezer (TTF)": "TTF",
    "1.5": "TT",
    "21.1": "FR",
    "cerquero": "SP",
    "palangrier": "LL",
    "Stick-held dip netters (NS)": None,
    "VOS": None,
}


def test_vessel_types(db: psycopg.Connection) -> None:
    assert {text: code(db, "vessel_type", text) for text in TYPES} == TYPES


@pytest.mark.parametrize("kind", ["gear", "vessel_type", "species"])
def test_labelled_codes_are_met(db: psycopg.Connection, kind: str) -> None:
    """Cells with one value; an unknown code stays unknown."""
    chosen = {
        (c.layout.split("_")[0].upper(), c.raw_value, None if c.needs_review else c.expected)
        for c in cells()
        if c.kind == kind and c.expected and ";" not in c.expected
    }
    assert len(chosen) >= 13
    found = {(s, raw): code(db, kind, raw, s) for s, raw, _ in chosen}
    assert {k: found[k[:2]] for k in chosen if found[k[:2]] != k[2]} == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CIAT", "IATTC"),
        ("CICAA", "ICCAT"),
        ("OPANO", "NAFO"),
        ("South Pacific Regional Fisheries Management Organization", "SPRFMO"),
    ],
)
def test_bodies(db: psycopg.Connection, text: str, expected: str) -> None:
    assert code(db, "rfmo", text) == expected


def test_series_of_call_signs_do_not_overlap_and_stay_in_one_prefix(db: psycopg.Connection) -> None:
    overlap = db.execute(
        "SELECT a.series_start, b.series_start FROM ref.call_sign_series AS a JOIN ref.call_sign_series AS b "
        "ON a.series_start < b.series_start AND b.series_start <= a.series_end AND a.prefix = b.prefix"
    ).fetchall()
    assert overlap == []
    # Validation looks series up by their first two signs.
    assert one(db, "SELECT count(*) FROM ref.call_sign_series WHERE left(series_end, 2) <> prefix") == 0
    assert one(db, "SELECT count(*) FROM ref.call_sign_series WHERE iso3 IS NULL") == 3


@pytest.mark.parametrize(
    ("call_sign", "iso3"),
    [
        ("3EZI9", "PAN"),
        ("BZ1KD", "CHN"),
        ("WDE1234", "USA"),
        ("3DN55", "FJI"),
        ("3DAB", "SWZ"),
        ("2ABC4", "GBR"),
    ],
)
def test_series_name_their_state(db: psycopg.Connection, call_sign: str, iso3: str) -> None:
    assert (
        one(
            db,
            "SELECT iso3 FROM ref.call_sign_series WHERE left(%s, 3) BETWEEN series_start AND series_end",
            call_sign,
        )
        or one(db, "SELECT min(iso3) FROM ref.call_sign_series WHERE prefix = left(%s, 2)", call_sign)
    ) == iso3


@pytest.mark.parametrize(
    ("mid", "iso3"), [("311", "BHS"), ("334", "HND"), ("550", "TLS"), ("416", "TWN"), ("231", "FRO")]
)
def test_identification_digits(db: psycopg.Connection, mid: str, iso3: str) -> None:
    assert one(db, "SELECT iso3 FROM ref.mid WHERE mid = %s", mid) == iso3


def test_ports_are_those_of_the_public_index(db: psycopg.Connection) -> None:
    assert one(db, "SELECT count(*) FROM ref.port") > 3_500
    assert one(db, "SELECT count(*) FROM ref.port WHERE port_id !~ '^WPI-[0-9]+$' OR country IS NULL") == 0
    assert (
        one(
            db,
            "SELECT count(*) FROM ref.port AS p LEFT JOIN ref.country AS c ON c.iso3 = p.country WHERE c.iso3 IS NULL",
        )
        == 0
    )
    assert one(db, "SELECT count(*) FROM ref.port WHERE abs(latitude) > 90 OR abs(longitude) > 180") == 0
    assert one(db, "SELECT country FROM ref.port WHERE name_key = 'REYKJAVIK'") == "ISL"
