"""What the gate is worth: exact bounds, precision from audits, review rate, calibration error, risk and coverage."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.db import peers
from tests.db.review.test_calibration import judged
from tests.documents import Desk

PEER = peers.PEER / "gate_sample_size.csv"
Ask = Callable[..., float]


def peer_rows(kind: str) -> Iterator[tuple[str, str]]:
    if not PEER.exists():
        pytest.skip(f"{PEER.name} is not there")
    with PEER.open(encoding="utf-8") as stream:
        yield from ((row["input"], row["expected"]) for row in csv.DictReader(stream) if row["kind"] == kind)


def test_bounds_are_those_of_the_peer_sample(ask: Ask) -> None:
    rows = list(peer_rows("clopper_pearson_lcb95"))
    assert rows
    for given, expected in rows:
        right, total = (int(n) for n in given.split("/"))
        assert ask("review.clopper_pearson_lower", right, total) == pytest.approx(float(expected), abs=1e-6)


def test_the_gate_needs_as_many_labelled_cells_as_the_peer_sample_says(ask: Ask) -> None:
    rows = list(peer_rows("min_labelled_cells_for_gate"))
    assert rows
    for given, expected in rows:
        found = re.match(r"precision>=([\d.]+), errors=(\d+),", given)
        assert found
        precision, errors, total = float(found[1]), int(found[2]), int(expected)
        assert ask("review.clopper_pearson_lower", total - errors, total) >= precision
        assert ask("review.clopper_pearson_lower", total - 1 - errors, total - 1) < precision


@pytest.mark.parametrize("total", [1, 2, 3, 10, 57, 1000, 250000])
def test_at_the_bound_so_many_right_ones_have_one_chance_in_twenty(ask: Ask, total: int) -> None:
    for right in {1, total // 2, total - 1, total} - {0}:
        bound = ask("review.clopper_pearson_lower", right, total)
        assert 0 < bound < right / total or (right == total and bound < 1)
        assert ask("review.incomplete_beta", bound, right, total - right + 1) == pytest.approx(0.05, abs=1e-7)


def test_the_incomplete_beta_function_is_the_tail_of_the_binomial(ask: Ask) -> None:
    from math import comb

    for n, k, p in ((5, 2, 0.3), (12, 12, 0.9), (30, 1, 0.01), (40, 33, 0.8)):
        tail = sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))
        assert ask("review.incomplete_beta", p, k, n - k + 1) == pytest.approx(tail, rel=1e-10)
    assert ask("review.incomplete_beta", 0.0, 2, 3) == 0
    assert ask("review.incomplete_beta", 1.0, 2, 3) == 1


def test_the_logarithm_of_the_gamma_function(ask: Ask) -> None:
    from math import lgamma

    for x in (0.5, 1, 2, 5, 10.25, 171, 1e6):
        assert ask("review.log_gamma", x) == pytest.approx(lgamma(x), rel=1e-12, abs=1e-12)
    assert ask("review.log_gamma", 0) is None


def test_none_drawn_proves_nothing_and_impossible_counts_are_refused(ask: Ask) -> None:
    assert ask("review.clopper_pearson_lower", 0, 0) is None
    assert ask("review.clopper_pearson_lower", 0, 9) == 0
    with pytest.raises(psycopg.Error, match="is no count") as refused:
        ask("review.clopper_pearson_lower", 3, 2)
    assert refused.value.sqlstate == "OC001"
    with pytest.raises(psycopg.Error, match="positive parameters"):
        ask("review.incomplete_beta", 0.5, 0, 1)


def test_precision_of_accepted_cells_comes_from_audits_alone(desk: Desk) -> None:
    desk.one("SELECT review.add_reviewer('rita', 'Rita')")
    desk.db.execute("INSERT INTO review.field_policy (field, audit_rate) VALUES ('FLAG', 1)")
    rows = [[f"V {n}", "NOR" if n % 2 else "SWE"] for n in range(10)] + [["W", "Atlantis"]]
    desk.clean(["Vessel Name", "Flag State"], rows)
    before = desk.rows("SELECT * FROM review.gate_precision WHERE field = 'FLAG'")[0]
    assert (before["audited"], before["waiting"], before["precision"], before["lower_bound"]) == (
        0,
        10,
        None,
        None,
    )
    for item in desk.rows("SELECT * FROM review.items WHERE decision_on = 'audit' ORDER BY subject"):
        action = ("accept", None) if item["subject"] == "NOR" else ("custom", "FIN")
        desk.rows("SELECT * FROM review.decide(%s, %s, %s, 'rita')", item["item_id"], *action)
    held_back = desk.one("SELECT item_id FROM review.items WHERE subject = 'Atlantis'")
    desk.rows("SELECT * FROM review.decide(%s, 'custom', 'NOR', 'rita')", held_back)
    (row,) = desk.rows("SELECT * FROM review.gate_precision WHERE field = 'FLAG'")
    assert (row["audited"], row["audited_right"], row["waiting"], row["precision"]) == (10, 5, 0, 0.5)
    assert row["lower_bound"] == pytest.approx(0.2224, abs=1e-4)
    (rate,) = desk.rows("SELECT * FROM review.review_rate WHERE field = 'FLAG'")
    assert (rate["cells"], rate["accepted"], rate["answered"], rate["to_review"]) == (11, 5, 6, 0)
    assert rate["review_rate"] == pytest.approx(6 / 11)


def test_a_verdict_on_what_the_rules_no_longer_make_is_no_evidence(desk: Desk) -> None:
    desk.one("SELECT review.add_reviewer('rita', 'Rita')")
    desk.db.execute("INSERT INTO review.field_policy (field, audit_rate) VALUES ('FLAG', 1)")
    desk.clean(["Vessel Name", "Flag State"], [["A", "NOR"], ["B", "SWE"], ["C", "SWE"], ["D", "ISL"]])
    for subject, action, value in (
        ("NOR", "accept", None),
        ("SWE", "accept", None),
        ("ISL", "custom", "FRO"),
    ):
        item_id = desk.one(
            "SELECT item_id FROM review.items WHERE decision_on = 'audit' AND subject = %s", subject
        )
        desk.rows("SELECT * FROM review.decide(%s, %s, %s, 'rita')", item_id, action, value)
    precision = (
        "SELECT audited, audited_right, outdated, waiting FROM review.gate_precision WHERE field = 'FLAG'"
    )
    assert desk.rows(precision) == [{"audited": 4, "audited_right": 3, "outdated": 0, "waiting": 0}]
    desk.db.execute("INSERT INTO stage.cleaning_rules (rule_name, field, kind, pattern, replacement, priority, description)"
                    " VALUES ('t', 'FLAG', 'replace', '^SWE$', 'DNK', 1, 'for this test')")  # fmt: skip
    desk.rows("SELECT * FROM clean.reclean(p_field => 'FLAG')")
    # before it is asked anew
    assert desk.rows(precision) == [{"audited": 2, "audited_right": 1, "outdated": 2, "waiting": 0}]
    desk.drain()
    assert desk.rows(precision) == [{"audited": 2, "audited_right": 1, "outdated": 0, "waiting": 2}]


def test_calibration_error_is_the_gap_between_confidence_and_share_right(desk: Desk) -> None:
    document_id = desk.clean(["Vessel Name", "Flag State"], [["A", "NOR"], ["B", "SWE"]])
    # the helper gives each verdict its score as confidence
    judged(
        desk,
        [(document_id, 0.95, n < 6) for n in range(10)] + [(document_id, 0.55, n < 5) for n in range(10)],
    )
    (row,) = desk.rows("SELECT * FROM review.calibration_error")
    assert (row["judged"], float(row["cells"]), row["share_right"]) == (20, 20, 0.55)
    assert row["mean_confidence"] == pytest.approx(0.75)
    assert row["expected_error"] == pytest.approx((0.35 + 0.05) / 2)
    assert row["greatest_error"] == pytest.approx(0.35)


def test_the_higher_the_threshold_the_less_is_accepted_and_the_less_is_wrong(desk: Desk) -> None:
    document_id = desk.clean(["Vessel Name", "Flag State"], [["A", "NOR"], ["B", "SWE"]])
    judged(
        desk,
        [(document_id, 0.9, True)] * 6
        + [(document_id, 0.7, n > 0) for n in range(2)]
        + [(document_id, 0.5, False)] * 2,
    )
    rows = desk.rows(
        "SELECT confidence, coverage, risk, judged FROM review.risk_coverage ORDER BY confidence DESC"
    )
    assert [(r["coverage"], pytest.approx(r["risk"]), r["judged"]) for r in rows] == [
        (0.6, 0, 6),
        (0.8, 1 / 8, 8),
        (1.0, 3 / 10, 10),
    ]
