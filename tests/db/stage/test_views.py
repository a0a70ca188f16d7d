"""The faces of stage: what each view counts agrees with what the cells themselves say."""

from __future__ import annotations

import pytest

from tests.documents import Desk

HEADER = ["Vessel Name", "IMO Number", "Call sign", "Length", "Length unit", "Flag State"]
ROWS = [
    ["A", "9074729", "LAAB", "80", "Feet", "NOR"],
    ["B?", "9074728", "NONE", "24.4", "Metres", "Atlantis"],
    ["N/A", "0", "", "0", "Metres", "NOR"],
    ["C", "", "OWAB"],
]


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.clean(HEADER, ROWS)
    return desk


def test_every_cell_is_there_once_with_its_raw_text(filled: Desk) -> None:
    cells = filled.rows("SELECT * FROM stage.cells ORDER BY row_index, column_position")
    assert [(c["row_index"], c["column_position"]) for c in cells] == [
        (r, c) for r in range(1, 5) for c in range(1, 7)
    ]
    for cell in cells:
        row = ROWS[cell["row_index"] - 1]
        expected = row[cell["column_position"] - 1] if cell["column_position"] <= len(row) else None
        assert cell["raw_value"] == expected
        assert cell["source_line"] == cell["row_index"] + 1
        assert (cell["value_id"] is None) is (expected is None)
    assert {c["field"] for c in cells} >= {"VESSEL_NAME", "IMO", "IRCS", "FLAG"}


def test_cells_are_there_before_they_are_cleaned(desk: Desk) -> None:
    document_id = desk.register(desk.write(HEADER, ROWS))
    assert desk.rows("SELECT * FROM stage.cells") == []
    desk.drain(["ingest"])
    cells = desk.rows("SELECT * FROM stage.cells WHERE document_id = %s", document_id)
    assert len(cells) == 24 and {c["value_id"] for c in cells} == {None}
    assert desk.rows("SELECT * FROM stage.csv_extractions") == []
    assert desk.rows("SELECT * FROM stage.document_quality") == []


def test_an_extraction_says_value_or_reason_and_verdict(filled: Desk) -> None:
    cells = filled.rows("SELECT * FROM stage.csv_extractions ORDER BY row_index, column_position")
    assert len(cells) == 24
    for cell in cells:
        assert (cell["cleaned_value"] is None) is (cell["null_reason"] is not None)
        assert cell["review_status"] == ("pending" if cell["needs_review"] else "not_needed")
        assert (cell["review_reason"] is not None) is cell["needs_review"]
        assert (cell["source_type"], cell["source_name"]) == ("RFMO", "TEST")
        assert cell["promoted_at"] is None and cell["promotion_id"] is None and cell["created_at"]
    outcomes = {(c["row_index"], c["column_name"]): c for c in cells}
    assert outcomes[1, "Length"]["cleaned_value"] == "24.38"
    assert outcomes[2, "Call sign"]["null_reason"] == "none"
    assert outcomes[3, "Call sign"]["null_reason"] == "blank"
    missing = outcomes[4, "Flag State"]
    assert (missing["raw_value"], missing["null_reason"], missing["confidence"], missing["needs_review"]) == (
        None,
        "blank",
        1,
        False,
    )


def test_quality_counts_what_the_cells_say(filled: Desk) -> None:
    for column in filled.rows("SELECT * FROM stage.column_quality ORDER BY column_position"):
        cells = filled.cells(column["document_id"], column["column_position"])
        blank = [c for c in cells if c["null_reason"] == "blank"]
        review = [c for c in cells if c["needs_review"]]
        valued = [c for c in cells if c["cleaned_value"] is not None and not c["needs_review"]]
        assert (column["cells"], column["blank"], column["to_review"]) == (
            len(cells),
            len(blank),
            len(review),
        )
        assert column["with_value"] == len(valued)
        assert column["null_otherwise"] == len(cells) - len(blank) - len(review) - len(valued)
        assert column["decided"] == len(cells) - len(blank) - len(review)
        reasons = [
            c["null_reason"]
            for c in cells
            if c["value_id"] and c["cleaned_value"] is None and not c["needs_review"]
        ]
        assert column["null_reasons"] == {reason: reasons.count(reason) for reason in set(reasons)}
    (document,) = filled.rows("SELECT * FROM stage.document_quality")
    assert (document["rows"], document["columns"], document["cells"], document["columns_mapped"]) == (
        4,
        6,
        24,
        6,
    )
    assert document["cells"] == document["blank"] + document["decided"] + document["to_review"]
    assert document["decided"] == document["with_value"] + document["null_otherwise"]
    assert document["decisions"] == len(filled.decisions()) == 3
    assert float(document["decided_percent"]) == pytest.approx(
        100 * document["decided"] / (24 - document["blank"]), abs=1e-3
    )


def test_a_cell_that_needs_review_twice_counts_once(desk: Desk) -> None:
    document_id = desk.clean(
        ["Vessel Name", "Length (m)", "Beam (m)"], [["A", "24", "31"], ["B", "24", "8"], ["C", "24", "6900"]]
    )
    (column,) = desk.rows(
        "SELECT * FROM stage.column_quality WHERE document_id = %s AND column_position = 3", document_id
    )
    assert column["to_review"] == sum(c["needs_review"] for c in desk.cells(document_id, 3)) == 2
    assert column["decided"] == 1


def test_rule_usage_counts_values_and_cells(filled: Desk) -> None:
    usage = {u["rule_name"]: u for u in filled.rows("SELECT * FROM stage.rule_usage")}
    assert len(usage) == filled.one("SELECT count(*) FROM stage.cleaning_rules")
    chains = filled.rows("SELECT value_id, rule_chain FROM stage.distinct_values")
    cells = filled.rows("SELECT value_id, sum(cell_count)::int AS n FROM stage.cell_values GROUP BY value_id")
    count = {c["value_id"]: c["n"] for c in cells}
    for rule in usage.values():
        fired = [v["value_id"] for v in chains for i in v["rule_chain"] if i == rule["rule_id"]]
        failed = [v["value_id"] for v in chains for i in v["rule_chain"] if i == -rule["rule_id"]]
        assert (rule["fired"], rule["failed"]) == (len(fired), len(failed)), rule["rule_name"]
        assert rule["cells"] == sum(count[value] for value in fired + failed)
        assert rule["never_used"] is (not fired and not failed)
    assert usage["imo.check_digit"]["failed"] == 1 and usage["speed.normalise"]["never_used"]


def test_versions_of_a_list_are_chained_and_rejected_ones_are_none(desk: Desk) -> None:
    first = desk.clean(HEADER, ROWS)
    other = desk.register(desk.write(HEADER, ROWS[:3]), list_name="supply vessels")
    empty = desk.directory / "empty.csv"
    empty.write_bytes(b"")
    desk.register(empty)
    desk.drain()
    second = desk.clean(HEADER, ROWS[:2])
    versions = {v["document_id"]: v for v in desk.rows("SELECT * FROM stage.document_versions")}
    assert set(versions) == {first, other, second}
    assert (versions[first]["is_current"], versions[second]["is_current"], versions[other]["is_current"]) == (
        False,
        True,
        True,
    )
    assert (versions[first]["previous_document_id"], versions[second]["previous_document_id"]) == (
        None,
        first,
    )
    waiting = desk.register(desk.write(HEADER, ROWS[1:]))
    versions = {v["document_id"]: v for v in desk.rows("SELECT * FROM stage.document_versions")}
    assert versions[second]["is_current"] and not versions[waiting]["is_current"]
