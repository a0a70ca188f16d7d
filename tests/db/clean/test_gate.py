"""Score, confidence, threshold and verdict of stored values, and what similarity and trust do to them."""

from __future__ import annotations

import pytest

from tests.db.clean.test_scores import formula
from tests.documents import Desk
from workers.jobs.score import likeness

HEADER = ["Vessel Name", "IMO Number", "MMSI", "Call sign", "Flag State", "Length (m)", "Engine Power (HP)", "Year built",
          "Authorisation start date", "Notes"]  # fmt: skip
ROWS = [
    ["ZamÃ¨ne", "IMO 9074729", "412123456", "LAAB", "Norway", "24.50", "250", "1974", "27-MAY-25", "x  y"],
    ["B?RKUR", "9074728", "9074729", "dug-9061", "Atlantis", "2450", "1,200.5", "74", "05/03/2019", ""],
    ["N/A", "0", "412123456.0", "412123456", "EU-ITA", "23.80 Metres", "0", "197401", "31/13/2020", "plain"],
]


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.clean(HEADER, ROWS)
    return desk


def test_every_score_is_the_formula_of_its_chain(filled: Desk) -> None:
    rules = {r["rule_id"]: r for r in filled.rows("SELECT * FROM stage.cleaning_rules")}
    values = filled.rows(
        "SELECT d.*, r.kind, r.field FROM stage.distinct_values AS d JOIN stage.readings AS r USING (reading_id)"
    )
    assert len(values) > 25
    for value in values:
        if not value["rule_chain"]:
            assert (value["null_reason"], value["score"], value["confidence"]) == ("blank", 1, 1)
            continue
        chain = [rules[i]["base_confidence"] if i > 0 else -rules[-i]["penalty"] for i in value["rule_chain"]]
        assert value["score"] == pytest.approx(formula(chain, value["similarity"]), abs=1e-5), value
        if value["cleaned_value"] is not None:
            likely = likeness(value["raw_value"], value["cleaned_value"])
            assert value["similarity"] == pytest.approx(likely, abs=1e-5)


def test_the_gate_is_confidence_against_threshold_or_a_validator_that_must_hold(filled: Desk) -> None:
    for value in filled.rows(
        "SELECT d.*, clean.calibrated(r.field, r.kind, d.score) AS calibrated, clean.threshold(r.field, r.kind, 'standard') AS t,"
        " EXISTS (SELECT FROM stage.cleaning_rules AS k WHERE k.must_hold AND -k.rule_id = ANY (d.rule_chain)) AS failed"
        " FROM stage.distinct_values AS d JOIN stage.readings AS r USING (reading_id) WHERE d.rule_chain <> '{}'"
    ):
        assert value["confidence"] == pytest.approx(value["calibrated"], abs=1e-5)
        assert value["threshold"] == pytest.approx(value["t"], abs=1e-5)
        failed = value["failed"] and value["null_reason"] is None
        assert value["needs_review"] is (failed or value["confidence"] < value["threshold"])
        assert value["needs_review"] is (value["review_reason"] is not None)
        assert (value["cleaned_value"] is None) is (value["null_reason"] is not None)


def test_what_fails_keeps_its_raw_text_and_a_proposal(filled: Desk) -> None:
    cells = {c["raw_value"]: c for c in filled.rows("SELECT * FROM stage.csv_extractions WHERE needs_review")}
    assert set(cells) == {
        "B?RKUR",
        "9074728",
        "9074729",
        "Atlantis",
        "2450",
        "74",
        "412123456",
        "31/13/2020",
    } | ({"05/03/2019"} & set(cells))
    assert (cells["9074729"]["proposal"], cells["9074729"]["proposal_field"]) == ("9074729", "IMO")
    assert (cells["412123456"]["proposal"], cells["412123456"]["proposal_field"]) == ("412123456", "MMSI")
    assert cells["2450"]["proposal"] == "24.5"
    assert all(c["review_status"] == "pending" for c in cells.values())


@pytest.mark.parametrize(("trust", "threshold"), [("high", 0.96), ("standard", 0.98), ("low", 0.995)])
def test_trust_moves_the_threshold_by_two_hundredths(desk: Desk, trust: str, threshold: float) -> None:
    desk.db.execute(
        "INSERT INTO stage.source (source_type, source_name, trust) VALUES ('RFMO', 'XFC', %s)", [trust]
    )
    document_id = desk.clean(["Vessel Name", "IMO Number"], [["A", "9074729"], ["B", "8814275"]], "XFC")
    assert [c["threshold"] for c in desk.cells(document_id, 2)] == [pytest.approx(threshold, abs=1e-6)] * 2
    assert desk.cells(document_id, 1)[0]["threshold"] == pytest.approx(threshold - 0.08, abs=0.016)


def test_a_change_of_trust_moves_the_gate_when_cleaned_again(desk: Desk) -> None:
    document_id = desk.clean(["Vessel Name", "IMO Number"], [["A", "9074729"], ["B", "8814275"]], "XFC")
    desk.db.execute("UPDATE stage.source SET trust = 'high'")
    desk.rows("SELECT * FROM clean.reclean()")
    desk.drain()
    assert [c["threshold"] for c in desk.cells(document_id, 2)] == [pytest.approx(0.96, abs=1e-6)] * 2


def test_similarities_come_once_and_late_ones_do_no_harm(desk: Desk) -> None:
    document_id = desk.register(
        desk.write(["Vessel Name", "IMO Number"], [["sea  star", "IMO 9074729"], ["B", "8814275"]])
    )
    desk.drain(["ingest", "clean"])
    assert desk.one("SELECT status FROM stage.documents") == "cleaned"
    pairs = desk.rows("SELECT * FROM clean.pairs_to_compare(%s)", document_id)
    assert {p["raw_value"] for p in pairs} == {"sea  star", "IMO 9074729"}
    desk.drain()
    before = desk.rows("SELECT * FROM stage.distinct_values ORDER BY value_id")
    assert desk.rows("SELECT * FROM clean.pairs_to_compare(%s)", document_id) == []
    ids = [p["value_id"] for p in pairs]
    numbers = [likeness(p["raw_value"], p["cleaned_value"]) for p in pairs]
    for _ in range(2):
        assert (
            desk.one(
                "SELECT clean.take_similarities(%s, %s::bigint[], %s::real[])", document_id, ids, numbers
            )
            == "gated"
        )
    assert desk.rows("SELECT * FROM stage.distinct_values ORDER BY value_id") == before
    assert desk.broken() == []


def test_what_the_row_alone_shows_is_a_finding(desk: Desk) -> None:
    document_id = desk.clean(
        [
            "Vessel Name",
            "Flag State",
            "MMSI",
            "Call sign",
            "Length (m)",
            "Beam (m)",
            "Authorisation start date",
            "Authorisation end date",
        ],
        [
            ["A", "NOR", "257123456", "LAAB", "24.5", "8", "2020-01-01", "2021-01-01"],
            ["B", "NOR", "412123456", "DUG9061", "8.5", "31", "2020-01-01", "2019-01-01"],
            ["C", "FRO", "219123456", "OWAB", "24.5", "8", "2020", "2019"],
        ],
    )
    findings = {
        (f["row_index"], f["finding"], f["needs_review"])
        for f in desk.rows("SELECT * FROM stage.cell_findings")
    }
    assert findings == {
        (2, "mid_other_flag", False),
        (2, "series_other_flag", False),
        (2, "beam_exceeds_length", True),
        (2, "ends_before_start", True),
    }
    mmsi = desk.cells(document_id, "MMSI")
    assert not mmsi[1]["needs_review"] and mmsi[1]["confidence"] < mmsi[0]["confidence"]
    assert "412 belong to CHN, the flag is NOR" in mmsi[1]["finding"]
    assert [d["decision_on"] for d in desk.decisions(document_id)] == ["cell", "cell"]
    desk.db.execute("SELECT clean.check_rows(%s)", [document_id])
    assert len(desk.rows("SELECT * FROM stage.cell_findings")) == 4
