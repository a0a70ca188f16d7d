"""Score, calibration and threshold: exactly the formula and the policy."""

from __future__ import annotations

import csv
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.db.peers import PEER


def formula(confidences: list[float], similarity: float | None) -> float:
    score = 0.5 + math.fsum(c * 0.9**i for i, c in enumerate(confidences))
    if similarity is not None:
        score += 0.05 if similarity > 0.95 else -0.10 if similarity < 0.5 else 0
    return min(1.0, max(0.0, score))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(-1000, 1000).map(lambda n: n / 1000), max_size=8),
    st.none() | st.floats(0, 1) | st.sampled_from([0.5, 0.95, 0.4999, 0.9501]),
)
def test_the_composite_score_is_the_formula(
    vocabulary, confidences: list[float], similarity: float | None
) -> None:
    row = vocabulary.execute(
        "SELECT clean.composite_score(%s::double precision[], %s)", (confidences, similarity)
    ).fetchone()
    assert row[0] == pytest.approx(formula(confidences, similarity), abs=1e-12)


@pytest.mark.skipif(not PEER.is_dir(), reason="the peers' pairs are not beside this checkout")
def test_the_composite_score_is_the_seed_formula(vocabulary) -> None:
    with (PEER / "gate_sample_size.csv").open(encoding="utf-8", newline="") as stream:
        seeds = [row for row in csv.DictReader(stream) if row["kind"].startswith("seed_formula")]
    assert len(seeds) == 10
    for seed in seeds:
        row = vocabulary.execute(
            "SELECT clean.composite_score(%s::double precision[], NULL)", [json.loads(seed["input"])]
        ).fetchone()
        clipped = float(seed["expected"].split("clipped ")[1].rstrip(")"))
        assert row[0] == pytest.approx(clipped, abs=1e-6)


def test_the_chain_score_takes_penalties_from_failed_validators(vocabulary) -> None:
    rules = dict(
        vocabulary.execute("SELECT rule_id, (base_confidence, penalty) FROM stage.cleaning_rules").fetchall()
    )
    base, penalty = (float(part) for part in rules[22])
    normalise = float(rules[20][0])
    row = vocabulary.execute(
        "SELECT clean.chain_score('{20,22}', 1), clean.chain_score('{20,-22}', NULL)"
    ).fetchone()
    assert row[0] == pytest.approx(formula([normalise, base], 1), abs=1e-6)
    assert row[1] == pytest.approx(formula([normalise, -penalty], None), abs=1e-6)


def test_rules_that_no_longer_exist_count_nothing(ask) -> None:
    assert ask("clean.chain_score", [999_999], None) == 0.5
    assert ask("clean.chain_score", [], None) == 0.5


def test_calibration_is_a_step_function_of_the_most_particular_table(db) -> None:
    def of(field: str | None, kind: str, score: float) -> float:
        return round(db.execute("SELECT clean.calibrated(%s, %s, %s)", [field, kind, score]).fetchone()[0], 6)

    steps = db.execute(
        "SELECT score, confidence FROM stage.calibration WHERE kind = '*' ORDER BY score"
    ).fetchall()
    for score in [n / 100 for n in range(101)]:
        assert of("IMO", "imo", score) == round([c for s, c in steps if s <= score + 1e-6][-1], 6)
    db.execute(
        "INSERT INTO stage.calibration (version, kind, field, score, confidence) VALUES"
        " (1, 'imo', NULL, 0.5, 0.6), (1, 'imo', NULL, 0.9, 0.97), (2, 'imo', NULL, 0.5, 0.55),"
        " (1, 'imo', 'IMO', 0.4, 0.44)"
    )
    assert of("OTHER", "imo", 0.95) == 0.55  # the highest version alone
    assert of("IMO", "imo", 0.95) == 0.44  # the field before its kind
    assert of("IMO", "imo", 0.1) == 0.44  # below all steps: the lowest
    assert of(None, "name", 0.95) == round(steps[-1][1], 6)


@pytest.mark.parametrize(
    ("field", "kind", "trust", "threshold"),
    [
        ("IMO", "imo", "standard", 0.98),
        ("IMO", "imo", "high", 0.96),
        ("IMO", "imo", "low", 0.995),
        ("MMSI", "mmsi", "standard", 0.98),
        ("IRCS", "ircs", "standard", 0.98),
        ("AUTH_START", "date", "standard", 0.95),
        ("LENGTH", "length", "low", 0.97),
        ("BUILD_YEAR", "year", "high", 0.93),
        ("VESSEL_NAME", "name", "standard", 0.90),
        (None, "text", "high", 0.88),
        (None, "no such kind", "standard", 0.95),
    ],
)
def test_the_threshold_is_the_kinds_two_hundredths_by_trust(
    ask, field: str | None, kind: str, trust: str, threshold: float
) -> None:
    assert ask("clean.threshold", field, kind, trust) == pytest.approx(threshold, abs=1e-6)


def test_a_fields_own_threshold_goes_before_its_kinds(db) -> None:
    db.execute("INSERT INTO stage.field_policy (field, threshold) VALUES ('PORT_NAME', 0.7)")
    assert db.execute("SELECT clean.threshold('PORT_NAME', 'name', 'high')").fetchone()[0] == pytest.approx(
        0.68
    )
    assert db.execute("SELECT clean.threshold('LENGTH', 'length', 'standard')").fetchone()[
        0
    ] == pytest.approx(0.95)
