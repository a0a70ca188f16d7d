"""Weights estimated from the data."""

from __future__ import annotations

import random

import psycopg
import pytest

from tests.db.identity.fleet import Fleet

LETTERS = "ABCDEFGHIJKLMNOPRSTUVZ"


def word(seeded: random.Random, length: int) -> str:
    return "".join(seeded.choice(LETTERS) for _ in range(length))


@pytest.fixture(scope="module")
def truth() -> dict[str, float]:
    """How often matches agree in the synthetic registers."""
    return {"ircs": 0.9, "name": 0.8, "year": 0.7}


@pytest.fixture
def registers(fleet: Fleet, truth: dict[str, float]) -> Fleet:
    """Two registers of 300 vessels, 200 of them the same; agreement is drawn with the probabilities of `truth`."""
    seeded = random.Random(7)
    rows = []
    for n in range(400):
        name, ircs, year = word(seeded, 9), f"LA{n:04}", 1960 + n % 60
        vessel = {
            "name": name,
            "flag": "NOR",
            "ircs": ircs,
            "year_built": year,
            "length_m": 10 + n * 0.37,
            "gross_tonnage": 50 + 7 * n,
        }
        if n < 300:
            rows.append(("A", vessel))
        if n >= 100:
            other = dict(vessel)
            if n < 300:
                if seeded.random() > truth["ircs"]:
                    other["ircs"] = f"LB{n:04}"
                if seeded.random() > truth["name"]:
                    other["name"] = word(seeded, 9)
                if seeded.random() > truth["year"]:
                    other["year_built"] = year + 5
            rows.append(("B", other))
    for source, evidence in rows:
        fleet.entry(source, **evidence)
    return fleet


def test_estimation_finds_how_often_matches_agree(registers: Fleet, truth: dict[str, float]) -> None:
    version = registers.one("SELECT identity.estimate_weights(20000)")
    model = registers.db.execute(
        "SELECT match_share, matches FROM identity.model WHERE version = %s", [version]
    ).fetchone()
    assert model is not None
    assert model[0] == pytest.approx(200 / (300 * 300), rel=0.1)
    assert model[1] == pytest.approx(200, rel=0.1)
    for comparison, expected in truth.items():
        m, u = registers.db.execute(
            "SELECT m, u FROM identity.weight WHERE version = %s AND comparison = %s AND level = 1",
            [version, comparison],
        ).fetchone() or (0, 0)
        assert m == pytest.approx(expected, abs=0.08), comparison
        assert u < 0.05, comparison


def test_estimating_twice_gives_the_same_weights(registers: Fleet) -> None:
    first, second = (registers.one("SELECT identity.estimate_weights(20000)") for _ in range(2))
    query = "SELECT comparison, level, m, u FROM identity.weight WHERE version = %s ORDER BY 1, 2"
    assert second == first + 1
    assert registers.db.execute(query, [first]).fetchall() == registers.db.execute(query, [second]).fetchall()


def test_a_model_decides_nothing_before_it_is_adopted(registers: Fleet) -> None:
    registers.resolve()
    before = registers.vessels()
    version = registers.one("SELECT identity.estimate_weights(20000)")
    assert registers.one("SELECT (identity.model_in_force()).version") == 0
    assert registers.resolve() == []
    moved = registers.db.execute(
        "SELECT entry_id, new_vessel_id FROM identity.adopt(%s)", [version]
    ).fetchall()
    assert registers.one("SELECT (identity.model_in_force()).version") == version
    assert registers.vessels() == {**before, **dict(moved)}
    assert registers.resolve() == []


def test_agreement_on_a_common_name_weighs_less(fleet: Fleet) -> None:
    for n in range(40):
        for source in ("A", "B"):
            fleet.entry(
                source,
                name="MARIA" if n < 10 else f"SHIP{chr(65 + n % 26)}{chr(65 + n // 26)}OF",
                flag="NOR",
                ircs=f"L{n:04}",
            )
    version = fleet.one("SELECT identity.estimate_weights()")
    fleet.db.execute("SELECT identity.adopt(%s)", [version])
    common, rare = (
        fleet.one(
            "SELECT weight FROM identity.pair p JOIN identity.feature a ON a.entry_id = p.entry_a"
            " JOIN identity.feature b ON b.entry_id = p.entry_b WHERE a.ircs = b.ircs AND a.name_key = b.name_key"
            " AND (a.name_key = 'MARIA') = %s LIMIT 1",
            maria,
        )
        for maria in (True, False)
    )
    assert common < rare - 1


def test_without_two_sources_there_is_nothing_to_estimate(fleet: Fleet) -> None:
    fleet.entry("A", name="HAVBRIS")
    with pytest.raises(psycopg.errors.DatabaseError, match="nothing to estimate") as caught:
        fleet.one("SELECT identity.estimate_weights()")
    assert caught.value.sqlstate == "OC002"


def test_every_level_that_agreement_can_give_has_a_weight(db: psycopg.Connection) -> None:
    known = {
        tuple(r)
        for r in db.execute("SELECT comparison, level FROM identity.weight WHERE version = 0").fetchall()
    }
    by_flag = {(c, level + 10) for c in ("mmsi", "ircs", "registration") for level in (1, 2)}
    by_flag |= {("name", level + 10) for level in range(1, 8)}
    expected = {(c, level) for c, n in {"imo": 2, "mmsi": 2, "ircs": 2, "eu_cfr": 2, "registration": 2, "rfmo_id": 2,
                "name": 7, "flag": 3, "hull": 9, "year": 3, "owner": 2}.items() for level in range(1, n + 1)}  # fmt: skip
    assert known == expected | by_flag


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ((30.0, None), (30.1, None), 1),
        ((30.0, "LOA"), (26.0, "RL"), 2),
        ((30.0, "LOA"), (26.0, "LOA"), 3),
        ((30.0, None), (None, None), 0),
    ],
)
def test_lengths_of_two_types_are_not_held_against_each_other(
    fleet: Fleet, one: tuple[float | None, str | None], other: tuple[float | None, str | None], level: int
) -> None:
    a, b = (fleet.entry(s, length_m=x[0], length_type=x[1]) for s, x in (("A", one), ("B", other)))
    fleet.resolve()
    assert fleet.one(
        "SELECT identity.near_length(a, b) FROM identity.feature a, identity.feature b WHERE a.entry_id = %s AND b.entry_id = %s", a, b
    ) == level  # fmt: skip


def test_gt_and_grt_are_never_compared(fleet: Fleet) -> None:
    a = fleet.entry("A", gross_tonnage=1000)
    b = fleet.entry("B", gross_register_tonnage=1000)
    c = fleet.entry("C", tonnage=1000)
    fleet.resolve()
    query = "SELECT identity.near_tonnage(a, b) FROM identity.feature a, identity.feature b WHERE a.entry_id = %s AND b.entry_id = %s"
    assert [fleet.one(query, x, y) for x, y in ((a, b), (a, c), (b, c))] == [0, 1, 1]
