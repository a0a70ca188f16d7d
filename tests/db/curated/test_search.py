"""Look-ups: what finds a vessel, what does not, and that an index answers."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import lookups
from tests.documents import Desk, lasting_database
from workers import paths

WORDS = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=4, max_size=12)


def names(fleet: Desk, query: str, *values: Any) -> list[str]:
    return [row["vessel_name"] for row in fleet.rows(f"SELECT vessel_name FROM {query}", *values)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SANTA MARIA", "SANTA MARIA"), ("São Pedro N.º 3", "SAO PEDRO N O 3"), ("ВОСТОК-1", "VOSTOK 1"),
        ("Щука", "SHCHUKA"), ("ЙОНА", "IONA"), ("ØSTERBRIS", "OSTERBRIS"), ("Æ", "AE"), ("GESU'", "GESU"),
        ("F/V  JEANNE-MARIE", "F V JEANNE MARIE"), ("第六十八", "第六十八"), ("---", ""), ("", ""), ("3", "3"),
    ],
)  # fmt: skip
def test_a_search_key_is_plain(ask: Any, name: str, key: str) -> None:
    assert ask("curated.search_key", name) == key


@given(st.text(max_size=30).filter(lambda text: "\0" not in text))
def test_a_key_is_its_own_key(vocabulary: psycopg.Connection, name: str) -> None:
    once, twice = vocabulary.execute(
        "SELECT k, curated.search_key(k) FROM curated.search_key(%s) AS k", [name]
    ).fetchone() or ("", "")
    assert once == twice
    assert once == once.strip()


@given(WORDS, st.data())
def test_two_words_with_one_slip_between_them_share_a_token(
    vocabulary: psycopg.Connection, word: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("AEIOU"))
    for slipped in (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ):
        shared = "SELECT curated.word_forms(%s) && curated.name_tokens(%s)"
        assert vocabulary.execute(shared, [slipped, word]).fetchone() == (True,) or len(slipped) < 4


@pytest.mark.parametrize(("left", "right"), [("12", "13"), ("VICTORY3", "VICTORY5"), ("NO", "NE")])
def test_numbers_and_short_words_are_found_as_they_are(ask: Any, left: str, right: str) -> None:
    assert set(ask("curated.word_forms", left)).isdisjoint(ask("curated.name_tokens", right))


def test_runs_of_letters_keep_words_apart(ask: Any) -> None:
    assert ask("curated.name_grams", "ANA 3") == ["  A", " AN", "ANA", "NA ", "  3", " 3 "]
    assert sorted(ask("curated.name_grams", "ANA MARIA")) == sorted(ask("curated.name_grams", "MARIA ANA"))
    assert ask("curated.name_grams", "") == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("9074729", ["SANTA MARIA"]), ("IMO 9074729", ["SANTA MARIA"]), ("imo:9074729", ["SANTA MARIA"]),
        ("ea-aa", ["SANTA MARIA"]), ("EAAA", ["SANTA MARIA"]), ("9134270", []), ("0000000", []), ("", []),
    ],
)  # fmt: skip
def test_an_identifier_finds_its_vessel(fleet: Desk, given: str, found: list[str]) -> None:
    assert sorted(set(names(fleet, "curated.find_identifier(%s)", given))) == found


def test_a_scheme_narrows_an_identifier(fleet: Desk) -> None:
    assert names(fleet, "curated.find_identifier('EAAA', 'ircs')") == ["SANTA MARIA"]
    assert names(fleet, "curated.find_identifier('EAAA', 'IMO')") == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("santa maria", "SANTA MARIA"), ("MARIA SANTA", "SANTA MARIA"), ("sanat maria", "SANTA MARIA"),
        ("SANTAMARIA", "SANTA MARIA"), ("santa marai", "SANTA MARIA"), ("maria", "SANTA MARIA"),
        ("MARIA OF NOWHERE", None), ("santa maria qwertz", "SANTA MARIA"), ("Восток 1", "ВОСТОК-1"),
        ("vostok", "ВОСТОК-1"), ("VSTOK 1", "ВОСТОК-1"), ("VOSTOK 2", "ВОСТОК-1"), ("nordlis", "NORDLYS II"),
        ("polaris", "NORDLYS II"), ("norldys", "NORDLYS II"), ("QWERTZUIOP", None), ("II", "NORDLYS II"),
    ],
)  # fmt: skip
def test_a_name_is_found_as_it_is_remembered(fleet: Desk, given: str, found: str | None) -> None:
    rows = names(fleet, "curated.find_name(%s)", given)
    assert rows[:1] == ([found] if found else [])


def test_a_former_name_says_that_it_is_one(fleet: Desk) -> None:
    (row,) = fleet.rows("SELECT * FROM curated.find_name('POLARIS')")
    assert (row["vessel_name"], row["matched_name"], row["matched_role"], row["score"]) == (
        "NORDLYS II", "POLARIS", "previous", 1,
    )  # fmt: skip
    (row,) = fleet.rows("SELECT * FROM curated.find_name('NORDLYS', 1)")
    assert (row["matched_name"], row["in_force"]) == ("NORDLYS", False)


def test_a_name_finds_each_vessel_once_and_no_more_than_asked(fleet: Desk) -> None:
    rows = fleet.rows("SELECT vessel_id FROM curated.find_name('SANTA MARIA')")
    assert len(rows) == len({row["vessel_id"] for row in rows}) == 1
    with pytest.raises(psycopg.Error, match="limit 0"):
        fleet.rows("SELECT * FROM curated.find_name('SANTA MARIA', 0)")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("san", ["SANTA MARIA"]), ("Vost", ["ВОСТОК-1"]), ("SANTA M", ["SANTA MARIA"]), ("nordlys", ["NORDLYS II"]),
        ("SANTA%", ["SANTA MARIA"]), ("_ANTA", []), ("zz", []),
    ],
)  # fmt: skip
def test_the_beginning_of_a_name_finds_it(fleet: Desk, given: str, found: list[str]) -> None:
    assert names(fleet, "curated.find_name_prefix(%s)", given) == found


@pytest.mark.parametrize("query", ["curated.find_name_prefix('')", "curated.find_name_prefix('a', 0)",
    "curated.find_name(NULL)", "curated.find_name('%%')", "curated.find_name_prefix(NULL)", "curated.find_vessel('--')"])  # fmt: skip
def test_nothing_is_not_searched_for(fleet: Desk, query: str) -> None:
    with pytest.raises(psycopg.Error, match="nothing to search for") as error:
        names(fleet, query)
    assert (error.value.sqlstate, bool(error.value.diag.message_hint)) == ("OC001", True)


def test_one_box_finds_by_number_and_by_name(fleet: Desk) -> None:
    rows = fleet.rows("SELECT * FROM curated.find_vessel('EAAA')")
    assert [(r["vessel_name"], r["matched_as"]) for r in rows] == [("SANTA MARIA", "current IRCS")]
    rows = fleet.rows("SELECT * FROM curated.find_vessel('polaris')")
    assert [(r["vessel_name"], r["matched_as"]) for r in rows] == [("NORDLYS II", "previous name")]


def test_flag_and_gear(fleet: Desk) -> None:
    assert names(fleet, "curated.find_by_flag_and_gear('dnk', 'LLS')") == ["NORDLYS II"]
    assert names(fleet, "curated.find_by_flag_and_gear('DNK', 'OTB')") == []


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def many(server_url: str, template: str) -> Iterator[psycopg.Connection]:
    """20,000 vessels made from the names, flags and gears of the samples, as `benchmarks.lookups` makes a million."""
    with (
        lasting_database(server_url, template) as url,
        psycopg.connect(url, autocommit=True) as conn,
    ):
        conn.execute(
            "CREATE TEMP TABLE sample (n serial, name text, previous_name text, flag text, gear text, vessel_type text,"
            " imo boolean, mmsi boolean, ircs boolean, registration boolean, source_name text)"
        )
        with (paths.samples() / "sprfmo_2025.csv").open(encoding="utf-8") as stream:
            rows = [
                (
                    r["Vessel Name"].upper(),
                    r["Previous Names"].split(",")[0].upper() or None,
                    r["Vessel Flag"],
                )
                for r in csv.DictReader(stream)
                if r["Vessel Name"]
            ]
        with conn.cursor().copy("COPY sample (name, previous_name, flag) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        conn.execute("UPDATE sample SET gear = CASE WHEN n % 2 = 0 THEN 'LLS' ELSE 'OTB' END, imo = true, mmsi = true,"
            " ircs = n % 3 > 0, registration = true, source_name = 'SPRFMO'")  # fmt: skip
        lookups.fill(conn, 20_000)
        conn.execute("SET ROLE oceanid_analyst")
        yield conn


def plan(conn: psycopg.Connection, query: str) -> str:
    return "\n".join(row[0] for row in conn.execute(f"EXPLAIN {query}".encode()).fetchall())


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT * FROM curated.find_identifier('1000042')", "identifiers_identifier"),
        ("SELECT * FROM curated.vessels WHERE imo_number = '1000042'", "vessels_imo"),
        ("SELECT * FROM curated.vessels WHERE mmsi = '200000042'", "vessels_mmsi"),
        ("SELECT * FROM curated.vessels WHERE call_sign = 'ABC'", "vessels_call_sign"),
        ("SELECT * FROM curated.find_by_flag_and_gear('VUT', 'LLS')", "vessels_flag"),
        ("SELECT * FROM curated.vessels WHERE gear_types @> '{XXX}'", "vessels_gear"),
        ("SELECT * FROM curated.vessels WHERE listed_by @> '{XXX}'", "vessels_listed_by"),
        ("SELECT * FROM curated.names WHERE curated.search_key(name) LIKE 'SANTA M%'", "names_key"),
        ("SELECT * FROM curated.names WHERE curated.search_key(name) = 'SANTA MARIA'", "names_key"),
        ("SELECT * FROM curated.names WHERE curated.name_tokens(name) && curated.word_forms('MARAI')", "names_tokens"),
    ],
)  # fmt: skip
def test_an_index_answers(many: psycopg.Connection, query: str, index: str) -> None:
    shown = plan(many, query)
    assert index in shown
    assert "Seq Scan" not in shown


@pytest.mark.parametrize("name", ["SANTA MARAI", "LONG AN", "NO", "3", "FU YUAN YU 7881", "A B C D E F"])
def test_every_step_of_a_search_by_name_is_answered_by_an_index(many: psycopg.Connection, name: str) -> None:
    scans = "SELECT seq_scan FROM pg_stat_all_tables WHERE relid = 'curated.names'::regclass"
    flush = "SELECT pg_stat_force_next_flush()"
    many.execute(flush.encode())
    before = many.execute(scans.encode()).fetchone()
    many.execute("SELECT * FROM curated.find_name(%s)", [name]).fetchall()
    many.execute("SELECT * FROM curated.find_name_prefix(%s)", [name]).fetchall()
    many.execute(flush.encode())
    assert many.execute(scans.encode()).fetchone() == before


def test_a_name_with_a_slip_finds_the_vessel_among_many(many: psycopg.Connection) -> None:
    dice = random.Random(1)
    asked = many.execute(
        "SELECT DISTINCT vessel_name FROM curated.vessels WHERE vessel_name ~ '^[A-Z]{5,} [A-Z]{5,}( [0-9]+)?$' ORDER BY 1 LIMIT 60"
    ).fetchall()
    found = 0
    for (name,) in asked:
        rows = many.execute(
            "SELECT matched_name FROM curated.find_name(%s)", [lookups.slip(name, dice)]
        ).fetchall()
        found += any(re.sub(r"\W+", " ", row[0]).strip() == name for row in rows)
    assert found >= 0.9 * len(asked)
    assert len(asked) > 20


def test_the_benchmark_looks_up_every_kind(many: psycopg.Connection) -> None:
    lines = list(lookups.measure(many, runs=5))
    assert {line.kind for line in lines} >= {
        "IMO number",
        "MMSI",
        "call sign",
        "name with a slip",
        "short and odd",
    }
    assert all(line.found == line.runs for line in lines[:5])
    assert all(0 < line.median <= line.p95 <= line.slowest for line in lines)
