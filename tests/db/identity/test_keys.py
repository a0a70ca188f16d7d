"""Match keys: which spellings meet, and which must not."""

from __future__ import annotations

import string

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PROPERTY = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
WORDS = st.lists(
    st.text(string.ascii_uppercase, min_size=4, max_size=9).filter(
        lambda w: w not in {"NINE", "FOUR", "FIVE"}
    ),
    min_size=1,
    max_size=3,
).map(" ".join)


def key(db: psycopg.Connection, name: str) -> str | None:
    row = db.execute("SELECT identity.name_key(%s)", [name]).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("F/V Lu Rong Yuan Yu No.668", "LU RONG YUAN YU 668"),
        ("M.V. VICTORY III", "Victory No. 3"),
        ("VICTORY THREE", "VICTORY 3"),
        ("SANTA MARIA SEGUNDO", "SANTA MARIA II"),
        ("FUKU MARU Nº 08", "FUKU MARU NO 8"),
        ("LURONGYUANYU938", "LU RONG YUAN YU 938"),
        ("КАПИТАН НАЗИН", "KAPITAN NAZIN"),
        ("SÃO PEDRO", "SAO PEDRO"),
        ("SEA-WOLF", "SEAWOLF"),
    ],
)
def test_spellings_of_one_name_share_a_key(db: psycopg.Connection, one: str, other: str) -> None:
    assert key(db, one) == key(db, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VICTORY 3", "VICTORY 5"),
        ("VICTORY", "VICTORY 2"),
        ("HAI FENG 658", "HAI FENG 568"),
        ("MV", "FV"),
        ("KM 5", "5 6"),
    ],
)
def test_names_of_two_vessels_do_not(db: psycopg.Connection, one: str, other: str) -> None:
    assert key(db, one) != key(db, other)


@pytest.mark.parametrize("name", ["", "  ", "---", "№"])
def test_a_name_of_which_nothing_is_left_is_no_evidence(db: psycopg.Connection, name: str) -> None:
    assert key(db, name) in (None, "NO")


@PROPERTY
@given(words=WORDS, number=st.integers(0, 9999), prefix=st.sampled_from(["", "MV ", "F/V ", "M.V. ", "FV "]))
def test_prefix_and_the_word_for_number_change_nothing(
    db: psycopg.Connection, words: str, number: int, prefix: str
) -> None:
    plain = key(db, f"{words} {number}")
    assert key(db, f"{prefix}{words} No. {number:04}".lower()) == plain
    assert plain is not None
    assert plain.endswith(f"#{number}")


@PROPERTY
@given(words=WORDS, one=st.integers(1, 999), other=st.integers(1, 999))
def test_the_number_alone_tells_sisters_apart(
    db: psycopg.Connection, words: str, one: int, other: int
) -> None:
    assert (key(db, f"{words} {one}") == key(db, f"{words} {other}")) == (one == other)


@PROPERTY
@given(st.text(max_size=40))
def test_words_of_words_are_the_same_words(db: psycopg.Connection, text: str) -> None:
    text = text.replace("\x00", "")
    once, twice = db.execute(
        "SELECT w, identity.name_words(w) FROM (SELECT identity.name_words(%s) AS w OFFSET 0) AS x", [text]
    ).fetchone() or (None, None)
    assert once == twice


def test_identifiers_meet_without_punctuation_and_leading_zeros(db: psycopg.Connection) -> None:
    query = "SELECT identity.identifier_key(%s)"
    assert db.execute(query, ["tn-0353"]).fetchone() == ("TN0353",)
    assert db.execute(query, ["00668"]).fetchone() == ("668",)
    assert db.execute(query, ["--"]).fetchone() == (None,)


def test_owners_meet_without_their_legal_form(db: psycopg.Connection) -> None:
    query = "SELECT identity.owner_key(%s) = identity.owner_key(%s)"
    assert db.execute(query, ["Rongcheng Ocean Fishery Co.,Ltd", "RONGCHENG OCEAN FISHERY"]).fetchone() == (
        True,
    )
    assert db.execute(query, ["Pesquera Sur S.A.", "Pesquera Norte S.A."]).fetchone() == (False,)


def test_likeness_is_of_trigrams(db: psycopg.Connection) -> None:
    query = "SELECT identity.likeness(ref.trigrams(%s), ref.trigrams(%s))"
    assert db.execute(query, ["HAVBRIS", "HAVBRIS"]).fetchone() == (1.0,)
    assert db.execute(query, ["HAVBRIS", ""]).fetchone() == (0.0,)
    alike = db.execute(query, ["OCEANVENTURE", "OCEANADVENTURE"]).fetchone()
    assert alike is not None
    assert 0.6 < alike[0] < 1
