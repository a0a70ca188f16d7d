"""Gates: policy rows decide; what fails stays with its reasons and returns by itself."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS, listed, promote
from tests.documents import Desk

NAMELESS = ["V6", "", "9244946", "NOR", "LAAC", "30", "99"]


def held(desk: Desk) -> list[tuple[Any, list[str], bool]]:
    return [
        (row["row_index"], row["reasons"], row["promoted"])
        for row in desk.rows("SELECT * FROM promote.held ORDER BY document_id, row_index NULLS FIRST")
    ]


def policy(
    desk: Desk, name: str, value: float, source_type: str | None = None, source: str | None = None
) -> None:
    desk.db.execute(
        "INSERT INTO promote.policy (policy, source_type, source_name, value, description) VALUES (%s, %s, %s, %s, 'test')"
        " ON CONFLICT (policy, source_type, source_name) DO UPDATE SET value = excluded.value",
        [name, source_type, source, value],
    )


def test_a_record_without_what_is_required_is_held_with_the_reason(desk: Desk) -> None:
    policy(desk, "minimum_coverage", 0.9)
    run = promote(desk, listed(desk, [*VESSELS, NAMELESS]))
    assert (run["status"], run["records"], run["records_held"]) == ("promoted", 5, 1)
    assert held(desk) == [(6, ["name: VESSEL_NAME has no value"], False)]


def test_a_document_with_too_little_of_what_is_required_is_held_as_a_whole(desk: Desk) -> None:
    run = promote(desk, listed(desk, [*VESSELS, NAMELESS, NAMELESS]))
    assert run["status"] == "held" and promoting.vessels(desk) == []
    assert run["reasons"] == [
        "coverage: 0.9048, at least 0.95 is asked for (flag: 1.0000, name: 0.7143, identifier: 1.0000)"
    ]
    assert held(desk)[0] == (None, run["reasons"], False)


def test_the_closest_policy_holds(desk: Desk) -> None:
    policy(desk, "minimum_coverage", 0.1, "RFMO", "TEST")
    policy(desk, "minimum_coverage", 1, "RFMO")
    assert promote(desk, listed(desk, [*VESSELS, NAMELESS, NAMELESS]))["status"] == "promoted"
    assert promote(desk, listed(desk, [*VESSELS, NAMELESS, NAMELESS, NAMELESS], "OTHER"))["status"] == "held"
    source_id = desk.one("SELECT source_id FROM stage.source WHERE source_name = 'TEST'")
    assert desk.one("SELECT promote.policy_value('minimum_coverage', %s)", source_id) == desk.one(
        "SELECT 0.1"
    )


def test_an_unknown_policy_is_refused(desk: Desk) -> None:
    with pytest.raises(psycopg.Error, match="has no policy nonsense") as error:
        desk.one("SELECT promote.policy_value('nonsense', 1)")
    assert error.value.sqlstate == "OC404"


def test_a_record_that_is_not_confident_enough_is_held(desk: Desk) -> None:
    document_id = listed(desk)
    policy(desk, "minimum_confidence", 1)
    policy(desk, "minimum_document_confidence", 0)
    run = promote(desk, document_id)
    assert (run["records"], run["records_held"]) == (0, 5)
    assert all(reasons[0].startswith("confidence: 0.9") for _, reasons, _ in held(desk))


def test_a_document_that_is_not_confident_enough_is_held(desk: Desk) -> None:
    document_id = listed(desk)
    policy(desk, "minimum_document_confidence", 1)
    run = promote(desk, document_id)
    assert run["status"] == "held" and run["reasons"][0].startswith("confidence: 0.9")


def test_an_identifier_of_two_vessels_holds_both(desk: Desk) -> None:
    policy(desk, "minimum_uniqueness", 0.1)
    desk.db.execute(
        "INSERT INTO promote.required_fields (requirement, fields, is_required, must_be_unique)"
        " VALUES ('one sign', '{IRCS}', false, true)"
    )
    twin = ["V9", "ANOTHER ONE", "9176187", "DNK", "OUAF", "18", "77"]
    rows = [*VESSELS[:4], ["V5", "LONE WOLF", "9244946", "DNK", "OUAF", "61", "1400"], twin]
    run = promote(desk, listed(desk, rows))
    assert run["records_held"] == 2
    assert [row for row, _, _ in held(desk)] == [5, 6]
    assert held(desk)[0][1] == ["one sign: IRCS OUAF is another vessel's too (rows 5 to 6)"]


def test_too_many_shared_identifiers_hold_the_document(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO promote.required_fields (requirement, fields, is_required, must_be_unique)"
        " VALUES ('one sign', '{IRCS}', false, true)"
    )
    rows = [*VESSELS[:4], ["V5", "LONE WOLF", "9244946", "DNK", "OUAF", "61", "1400"],
            ["V9", "ANOTHER ONE", "9176187", "DNK", "OUAF", "18", "77"]]  # fmt: skip
    run = promote(desk, listed(desk, rows))
    assert (run["status"], run["reasons"]) == ("held", ["uniqueness: 0.6667, at least 0.95 is asked for"])


def test_a_source_may_be_let_off_a_requirement(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO promote.required_fields (requirement, source_type, source_name, fields) VALUES ('name', 'RFMO', 'TEST', '{}')"
    )
    assert promote(desk, listed(desk, [*VESSELS, NAMELESS]))["records"] == 6


def test_a_requirement_of_one_table_holds_back_that_table_alone(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO promote.required_fields (requirement, target, fields) VALUES ('tonnage', 'metrics', '{GROSS_TONNAGE}')"
    )
    run = promote(desk, listed(desk, [*VESSELS[:4], [*VESSELS[4][:6], ""]]))
    assert (run["records"], run["records_held"]) == (5, 0)
    assert held(desk) == [(5, ["metrics, tonnage: GROSS_TONNAGE has no value"], True)]
    lengths = {v["vessel_name"]: v["length_m"] for v in promoting.vessels(desk)}
    assert lengths["LONE WOLF"] is None and lengths["SEA EAGLE"] == 31


def test_a_value_that_waits_for_review_is_left_out_and_its_record_is_not(desk: Desk) -> None:
    document_id = listed(desk, [*VESSELS, ["V6", "GREY GULL", "9244947", "NOR", "LAAC", "30", "99"]])
    run = promote(desk, document_id)
    assert (run["records"], run["records_held"]) == (6, 0)
    (gull,) = [v for v in promoting.vessels(desk) if v["vessel_name"] == "GREY GULL"]
    assert gull["imo_number"] is None and gull["call_sign"] == "LAAC"
    cell = desk.cells(document_id, "IMO")[5]
    assert cell["needs_review"] and cell["promotion_id"] is None


def test_an_answer_returns_a_held_record_by_itself(desk: Desk) -> None:
    rows = [*VESSELS, ["V6", "SELV\ufffdG", "9244946", "NOR", "LAAC", "30", "99"]]
    policy(desk, "minimum_coverage", 0.5)
    document_id = listed(desk, rows)
    desk.drain()
    assert held(desk) == [(6, ["name: VESSEL_NAME waits for review"], False)]
    promoting.answer(desk, "SELV\ufffdG", "SELVÅG")
    assert desk.rows("SELECT document_id, last_status FROM promote.due") == [
        {"document_id": document_id, "last_status": "promoted"}
    ]
    desk.drain()
    assert held(desk) == [] and desk.rows("SELECT * FROM promote.due") == []
    (vessel,) = [v for v in promoting.vessels(desk) if v["imo_number"] == "9244946"]
    assert vessel["vessel_name"] == "SELVÅG"
    (record,) = desk.rows("SELECT * FROM curated.record_versions WHERE row_index = 6")
    assert record["reviewers"] == ["maria"] and any(record["decision_ids"])
    assert promoting.broken(desk) == []


def test_an_answer_taken_back_takes_the_value_out_again(desk: Desk) -> None:
    policy(desk, "minimum_coverage", 0.5)
    listed(desk, [*VESSELS, ["V6", "SELV\ufffdG", "9244946", "NOR", "LAAC", "30", "99"]])
    promoting.answer(desk, "SELV\ufffdG", "SELVÅG")
    desk.drain()
    assert len(promoting.vessels(desk)) == 6
    item_id = desk.one("SELECT item_id FROM review.decisions")
    desk.rows("SELECT * FROM review.undo(%s, 'maria')", item_id)
    desk.drain()
    assert len(promoting.vessels(desk)) == 5
    assert held(desk) == [(6, ["name: VESSEL_NAME waits for review"], False)]
    assert promoting.broken(desk) == []


def test_a_rule_returns_what_it_mends(desk: Desk) -> None:
    policy(desk, "minimum_coverage", 0.5)
    listed(desk, [*VESSELS, ["V6", "GREY GULL", "924-4946X", "NOR", "", "30", "99"]])
    desk.drain()
    assert [v["imo_number"] for v in promoting.vessels(desk) if v["vessel_name"] == "GREY GULL"] == [None]
    desk.db.execute(
        "INSERT INTO stage.cleaning_rules (rule_name, field, kind, pattern, replacement, priority, base_confidence, description)"
        " VALUES ('test.dash', 'IMO', 'replace', '^(...)-(....)X$', '\\1\\2', 10, 0.3, 'a test')"
    )
    desk.rows("SELECT * FROM clean.reclean(p_field => 'IMO')")
    desk.drain()
    assert [v["imo_number"] for v in promoting.vessels(desk) if v["vessel_name"] == "GREY GULL"] == [
        "9244946"
    ]


def test_what_a_column_means_is_promoted_once_it_is_answered(desk: Desk) -> None:
    document_id = listed(
        desk, [[*row, str(1990 + n)] for n, row in enumerate(VESSELS)], header=[*promoting.HEADER, "qqzzx"]
    )
    desk.drain()
    assert {v["year_built"] for v in promoting.vessels(desk)} == {None}
    promoting.answer(desk, "qqzzx", "BUILD_YEAR")
    desk.drain()
    assert {v["year_built"] for v in promoting.vessels(desk)} == {1990, 1991, 1992, 1993, 1994}
    assert promote(desk, document_id)["status"] == "unchanged"


def test_a_sweep_asks_for_what_was_held_and_for_all_when_told(desk: Desk) -> None:
    policy(desk, "minimum_coverage", 1)
    listed(desk, [*VESSELS, NAMELESS])
    listed(desk, VESSELS, "OTHER")
    desk.drain()
    assert desk.one("SELECT promote.sweep()") == 1
    desk.drain()
    assert desk.one("SELECT promote.sweep(true)") == 2
    policy(desk, "minimum_coverage", 0.5)
    desk.drain()
    assert {v["source_count"] for v in promoting.vessels(desk)} == {2}


def test_what_an_operator_says_a_column_means_is_promoted(desk: Desk) -> None:
    rows = [[*row, str(1990 + n)] for n, row in enumerate(VESSELS)]
    document_id = listed(desk, rows, header=[*promoting.HEADER, "qqzzx"])
    desk.drain()
    desk.rows("SELECT clean.map_column(%s, 8, 'BUILD_YEAR')", document_id)
    desk.drain()
    assert {v["year_built"] for v in promoting.vessels(desk)} == {1990, 1991, 1992, 1993, 1994}
