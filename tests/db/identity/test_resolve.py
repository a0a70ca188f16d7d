"""Which entries are one vessel."""

from __future__ import annotations

import random

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.db.identity.fleet import Fleet, trawler


def test_one_vessel_in_two_registers_is_one_vessel(fleet: Fleet) -> None:
    a, b = fleet.entry("A", **trawler()), fleet.entry("B", **trawler(name="F/V Havbris"))
    assert sorted(fleet.resolve()) == [(a, None, a), (b, None, a)]
    assert fleet.vessels() == {a: a, b: a}


def test_a_second_resolve_changes_nothing(fleet: Fleet) -> None:
    fleet.entry("A", **trawler())
    fleet.entry("B", **trawler())
    fleet.resolve()
    assert fleet.resolve() == []


def test_an_entry_without_evidence_is_no_vessel(fleet: Fleet) -> None:
    a, b = fleet.entry("A", **trawler()), fleet.entry("B", **trawler())
    fleet.resolve()
    fleet.falls_silent(a)
    assert fleet.resolve(a) == [(a, a, None), (b, a, b)]


def test_a_vessel_is_found_by_imo_where_all_else_changed(fleet: Fleet) -> None:
    a = fleet.entry("A", **trawler(imo="8814275"))
    b = fleet.entry("B", imo="8814275", name="OCEAN PEARL", flag="PAN", ircs="HOAB", gross_tonnage=1327)
    fleet.resolve()
    assert fleet.vessels() == {a: a, b: a}


def test_two_imo_numbers_are_two_vessels_however_alike(fleet: Fleet) -> None:
    a = fleet.entry("A", **trawler(imo="8814275"))
    b = fleet.entry("B", **trawler(imo="9074729"))
    fleet.resolve()
    assert fleet.vessels() == {a: a, b: b}


def test_one_imo_on_two_hulls_is_a_conflict_and_not_one_vessel(fleet: Fleet) -> None:
    a = fleet.entry("A", **trawler(imo="8814275"))
    b = fleet.entry(
        "B",
        imo="8814275",
        name="MING YANG 7",
        flag="CHN",
        ircs="BZAA",
        length_m=20.5,
        gross_tonnage=99,
        year_built=2019,
    )
    fleet.resolve()
    assert fleet.vessels() == {a: a, b: b}
    assert fleet.db.execute("SELECT imo, entry_a, entry_b, reason FROM identity.imo_conflict").fetchall() == [
        ("8814275", a, b, "one IMO number on two hulls")
    ]


def test_sister_ships_of_one_owner_stay_two(fleet: Fleet) -> None:
    hull = {
        "flag": "CHN",
        "length_m": 64.2,
        "gross_tonnage": 1111,
        "year_built": 2014,
        "owners": ["OCEAN FISHERY CO LTD"],
    }
    sisters = [fleet.entry(s, name=f"VICTORY {n}", **hull) for s in ("A", "B") for n in (3, 5)]
    fleet.resolve()
    a3, a5, b3, b5 = sisters
    assert fleet.vessels() == {a3: a3, a5: a5, b3: a3, b5: a5}


def test_a_sister_alone_in_the_other_register_is_not_taken_for_the_one_that_is_missing(fleet: Fleet) -> None:
    hull = {
        "flag": "CHN",
        "length_m": 64.2,
        "gross_tonnage": 1111,
        "year_built": 2014,
        "owners": ["OCEAN FISHERY CO LTD"],
    }
    a, b = fleet.entry("A", name="VICTORY III", **hull), fleet.entry("B", name="VICTORY 5", **hull)
    fleet.resolve()
    assert fleet.vessels() == {a: a, b: b}


def test_two_entries_of_one_source_are_two_vessels_unless_an_identifier_says_one(fleet: Fleet) -> None:
    a, b = fleet.entry("A", **trawler()), fleet.entry("A", **trawler())
    c = fleet.entry("B", **trawler(eu_cfr="SWE000001234", ircs="SABC", name="ODIN"))
    d = fleet.entry("B", **trawler(eu_cfr="SWE000001234", ircs="SABC", name="ODIN"))
    fleet.resolve()
    vessels = fleet.vessels()
    assert vessels[a] != vessels[b]
    assert vessels[c] == vessels[d]


def test_of_two_equal_candidates_of_one_source_neither_is_taken(fleet: Fleet) -> None:
    a = fleet.entry("A", name="HAVBRIS", flag="NOR", length_m=30)
    for _ in range(2):
        fleet.entry("B", name="HAVBRIS", flag="NOR", length_m=30)
    fleet.resolve()
    assert list(fleet.vessels().values()).count(a) == 1


def test_an_earlier_name_finds_the_renamed_vessel(fleet: Fleet) -> None:
    a = fleet.entry("A", **trawler())
    b = fleet.entry("B", **trawler(name="OCEAN PEARL", flag="PAN", ircs="HOAB", previous_names=["HAVBRIS"]))
    fleet.resolve()
    assert fleet.vessels() == {a: a, b: a}


def test_a_crowded_key_makes_no_pairs_until_it_thins_out(fleet: Fleet) -> None:
    fleet.db.execute("UPDATE identity.policy SET value = 3 WHERE name = 'block_limit'")
    a = fleet.entry("A", name="MARIA", ircs="LAAA")
    b = fleet.entry("B", name="MARIA", ircs="LAAA")
    more = [fleet.entry("C", name="MARIA", ircs="LAAA") for _ in range(2)]
    fleet.resolve()
    assert fleet.vessels()[b] == b
    assert fleet.one("SELECT count(*) FROM identity.crowded_block WHERE block_key = 'ircs:LAAA'") == 1
    for entry in more:
        fleet.falls_silent(entry)
    fleet.resolve(*more)
    assert fleet.vessels() == {a: a, b: a}


def test_resolve_looks_at_the_component_of_its_entries_alone(fleet: Fleet) -> None:
    for n in range(30):
        for source in ("A", "B"):
            fleet.entry(
                source,
                name=f"NAME{chr(65 + n % 26)}{chr(65 + n // 26)}OF",
                flag="NOR",
                ircs=f"L{n:03}",
                length_m=20 + n,
            )
    fleet.resolve()
    new = fleet.entry("C", **trawler())
    fleet.db.execute("BEGIN")
    fleet.resolve(new)
    assert fleet.one("SELECT count(*) FROM pg_temp.resolving_seed") == 1
    fleet.db.execute("ROLLBACK")


@pytest.mark.parametrize("missing", ["no_such_policy"])
def test_an_unknown_policy_is_refused(db: psycopg.Connection, missing: str) -> None:
    with pytest.raises(psycopg.errors.DatabaseError, match=missing) as caught:
        db.execute("SELECT identity.policy_value(%s)", [missing])
    assert caught.value.sqlstate == "OC404"


NAMES = ["HAVBRIS", "OCEAN PEARL", "VICTORY 3", "VICTORY 5", "MARIA"]
EVIDENCE = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES), "flag": st.sampled_from(["NOR", "PAN"])},
    optional={
        "imo": st.sampled_from(["8814275", "9074729"]),
        "ircs": st.sampled_from(["LABC", "HOAB"]),
        "length_m": st.sampled_from([53.1, 53.2, 20.0]),
        "gross_tonnage": st.sampled_from([1327, 99]),
        "year_built": st.sampled_from([1993, 2019]),
    },
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    said=st.lists(st.tuples(st.sampled_from("ABC"), EVIDENCE), min_size=2, max_size=8),
    gone=st.sets(st.integers(0, 7)),
    changed=st.dictionaries(st.integers(0, 7), EVIDENCE, max_size=3),
    seed=st.integers(0, 1000),
)
def test_memberships_follow_the_evidence_in_whatever_order_it_came_and_went(
    fleet: Fleet,
    said: list[tuple[str, dict[str, object]]],
    gone: set[int],
    changed: dict[int, dict[str, object]],
    seed: int,
) -> None:
    db = fleet.db
    db.execute(
        "TRUNCATE identity.evidence, identity.feature, identity.block, identity.pair, identity.membership, identity.crowded_block"
    )
    entries = [fleet.entry(source) for source, _ in said]
    shuffled = random.Random(seed)
    order = list(range(len(said)))

    def pairs() -> set[tuple[int, int, str]]:
        return set(db.execute("SELECT entry_a, entry_b, outcome FROM identity.pair").fetchall())

    for i in order:
        fleet.says(entries[i], **said[i][1])
    fleet.resolve(*entries)
    expected, expected_pairs = fleet.vessels(), pairs()
    # one by one, in another order, with changes and removals that are taken back
    for entry in entries:
        fleet.falls_silent(entry)
    fleet.resolve(*entries)
    assert fleet.vessels() == {}
    shuffled.shuffle(order)
    for i in order:
        fleet.says(entries[i], **said[i][1])
        fleet.resolve(entries[i])
    for i, other in changed.items():
        if i < len(entries):
            fleet.says(entries[i], **other)
            fleet.resolve(entries[i])
    for i in gone:
        if i < len(entries):
            fleet.falls_silent(entries[i])
            fleet.resolve(entries[i])
    back = sorted({i for i in (*gone, *changed) if i < len(entries)}, reverse=bool(seed % 2))
    for i in back:
        fleet.says(entries[i], **said[i][1])
        fleet.resolve(entries[i])
    assert fleet.vessels() == expected
    assert pairs() == expected_pairs
