"""How a column is read, decided once from its own evidence: dates, decimal signs, units, separators, placeholders."""

from __future__ import annotations

import pytest

from tests.documents import Desk


def test_one_unambiguous_day_decides_the_columns_order(desk: Desk) -> None:
    document_id = desk.column(["05/03/2019", "27/05/2019", "01/02/2020"], "Authorisation start date")
    assert desk.columns(document_id)[1]["date_order"] == "DMY"
    assert desk.cleaned(document_id, 2) == ["2019-03-05", "2019-05-27", "2020-02-01"]
    document_id = desk.column(["05/03/2019", "05/27/2019", "01/02/2020"], "Authorisation start date")
    assert desk.columns(document_id)[1]["date_order"] == "MDY"
    assert desk.cleaned(document_id, 2) == ["2019-05-03", "2019-05-27", "2020-01-02"]


def test_what_a_column_leaves_open_its_neighbours_decide(desk: Desk) -> None:
    document_id = desk.clean(
        ["Vessel Name", "Authorisation start date", "Authorisation end date"],
        [["A", "05/03/2019", "05/27/2020"], ["B", "01/02/2019", "01/03/2020"]],
    )
    assert [c["date_order"] for c in desk.columns(document_id)[1:]] == ["MDY", "MDY"]
    assert desk.cleaned(document_id, 2) == ["2019-05-03", "2019-01-02"]


def test_an_order_that_nobody_knows_is_one_decision_for_the_column(desk: Desk) -> None:
    document_id = desk.column(
        ["05/03/2019", "01/02/2019", "04/04/2019", "2019-01-01"], "Authorisation start date"
    )
    assert desk.columns(document_id)[1]["date_order"] is None
    assert desk.cleaned(document_id, 2) == ["?", "?", "2019-04-04", "2019-01-01"]
    (decision,) = desk.decisions(document_id)
    assert (decision["decision_on"], decision["cells"], decision["field"]) == ("reading", 2, "AUTH_START")
    assert "order of day and month" in decision["reason"]


def test_neighbours_that_disagree_decide_nothing(desk: Desk) -> None:
    document_id = desk.clean(
        ["Vessel Name", "Authorisation start date", "Authorisation end date", "Updated"],
        [["A", "27/03/2019", "05/27/2020", "01/02/2020"]],
    )
    assert [c["date_order"] for c in desk.columns(document_id)[1:]] == ["DMY", "MDY", None]
    assert desk.cleaned(document_id, 4) == ["?"]


def test_a_column_against_itself_is_read_where_it_can_be(desk: Desk) -> None:
    document_id = desk.column(["27/05/2019", "05/28/2019", "01/02/2020"], "Authorisation start date")
    assert desk.cleaned(document_id, 2) == ["2019-05-27", "2019-05-28", "?"]


def test_no_end_is_no_date(desk: Desk) -> None:
    document_id = desk.column(
        ["31/12/2099", "31-12-99", "2999-12-31", "31/12/2025"], "Authorisation end date"
    )
    assert desk.cleaned(document_id, 2) == ["(open_ended)", "(open_ended)", "(open_ended)", "2025-12-31"]


def test_the_decimal_sign_is_the_columns(desk: Desk) -> None:
    comma = desk.column(["1.234", "63,5", "24,80"], "Gross tonnage")
    assert desk.columns(comma)[1]["decimal_sign"] == ","
    assert desk.cleaned(comma, 2) == ["1234", "63.5", "24.8"]
    dot = desk.column(["1,234", "63.5", "24.80"], "Gross tonnage", source="DOT")
    assert desk.columns(dot)[1]["decimal_sign"] == "."
    assert desk.cleaned(dot, 2) == ["1234", "63.5", "24.8"]


def test_numbers_that_can_be_read_two_ways_are_one_decision_for_the_column(desk: Desk) -> None:
    document_id = desk.column(["1.234", "500", "2.345"], "Gross tonnage")
    assert desk.columns(document_id)[1]["decimal_sign"] is None
    assert desk.cleaned(document_id, 2) == ["?", "500", "?"]
    (decision,) = desk.decisions(document_id)
    assert (decision["decision_on"], decision["cells"]) == ("reading", 2)
    assert "decimal sign" in decision["reason"]


def test_units_of_the_row_are_converted(desk: Desk) -> None:
    document_id = desk.clean(
        ["Vessel Name", "Length", "Length unit", "Engine power", "Engine power unit"],
        [
            ["A", "80", "Feet", "250", "HP"],
            ["B", "24.4", "Metres", "250", "PS"],
            ["C", "30.5", "m", "350.5", "kW"],
            ["D", "80", "Metres", "250", ""],
        ],
    )
    assert desk.cleaned(document_id, 2) == ["24.38", "24.4", "30.5", "80"]
    assert desk.cleaned(document_id, 4) == ["186.43", "183.88", "350.5", "250"]
    assert desk.columns(document_id)[1]["unit_position"] == 3
    assert desk.broken() == []


def test_the_headers_unit_holds_for_numbers_without_their_own(desk: Desk) -> None:
    document_id = desk.column(["250", "250 kW", "0"], "Engine Power (HP)")
    assert desk.columns(document_id)[1]["unit"] == "HP"
    assert desk.cleaned(document_id, 2) == ["186.43", "250", "(unknown)"]


def test_a_unit_of_another_dimension_is_one_decision(desk: Desk) -> None:
    document_id = desk.clean(
        ["Vessel Name", "Fish hold capacity", "Units of fish hold capacity"],
        [["A", "120", "MT"], ["B", "130", "MT"], ["C", "140", "m3"], ["D", "150", "MT"]],
    )
    assert desk.columns(document_id)[1]["field"] == "HOLD_VOLUME"
    assert desk.cleaned(document_id, 2) == ["?", "?", "140", "?"]
    (decision,) = [d for d in desk.decisions(document_id) if d["column_position"] == 2]
    assert (decision["decision_on"], decision["cells"]) == ("reading", 3)


def test_out_of_bounds_is_reviewed_with_what_another_unit_would_explain(desk: Desk) -> None:
    document_id = desk.column(["24.5", "2450", "30"], "Length (m)")
    assert desk.cleaned(document_id, 2) == ["24.5", "?", "30"]
    cell = desk.cells(document_id, 2)[1]
    assert (cell["proposal"], cell["proposal_field"]) == ("24.5", cell["field"])


def test_several_values_are_split_joined_in_order_and_kept_once(desk: Desk) -> None:
    document_id = desk.column(
        ["old name; Older Name;OLD NAME", "A|B", "x\ny", "SOLO", "C, D"], "Previous name"
    )
    assert desk.cleaned(document_id, 2) == ["OLD NAME; OLDER NAME", "A; B", "X; Y", "SOLO", "C, D"]


def test_commas_and_slashes_separate_where_the_parts_are_valid(desk: Desk) -> None:
    document_id = desk.column(
        ["Norway, Iceland", "NOR/ISL", "Spain", "Fishing Entity of Taiwan, China"], "Previous flag"
    )
    assert desk.cleaned(document_id, 2) == ["NOR; ISL", "NOR; ISL", "ESP", "TWN"]


def test_one_part_that_fails_sends_the_cell_to_review(desk: Desk) -> None:
    document_id = desk.column(["Norway; Atlantis", "Norway; Iceland"], "Previous flag")
    assert desk.cleaned(document_id, 2) == ["?", "NOR; ISL"]
    assert desk.cells(document_id, 2)[0]["raw_value"] == "Norway; Atlantis"


def test_text_is_never_split(desk: Desk) -> None:
    document_id = desk.column(["first; second", "a | b"], "Notes")
    assert desk.cleaned(document_id, 2) == ["first; second", "a | b"]


@pytest.mark.parametrize(
    ("header", "text", "reason"),
    [
        ("IMO Number", "N/A", "not_applicable"),
        ("IMO Number", "NOT APPLICABLE", "not_applicable"),
        ("IMO Number", "0", "unknown"),
        ("IMO Number", "1.0", "unknown"),
        ("Call sign", "NONE", "none"),
        ("Call sign", "pending", "pending"),
        ("Call sign", "unk", "unknown"),
        ("Vessel Type", "-", "unknown"),
        ("Flag State", "XXX", "unknown"),
        ("Flag State", "ICCAT-RMA", "not_applicable"),
        ("Previous name", "NIL", "none"),
        ("Year built", "0", "unknown"),
        ("Length", "0.00", "unknown"),
        ("MMSI", "(blank)", "blank"),
        ("MMSI", " \u00a0", "blank"),
    ],
)
def test_a_placeholder_tells_why_there_is_no_value(desk: Desk, header: str, text: str, reason: str) -> None:
    known = {"IMO Number": "9074729", "Call sign": "LAAB", "Flag State": "NOR", "MMSI": "412123456", "Year built": "1974",
             "Length": "24.5", "Vessel Type": "TO", "Previous name": "OLD"}  # fmt: skip
    document_id = desk.column([text, known[header]], header)
    assert desk.cleaned(document_id, 2)[0] == f"({reason})"


def test_the_most_particular_placeholder_wins(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO ref.placeholder (placeholder, null_reason, source_type, source_name, field) VALUES"
        " ('QQ', 'none', 'GLOBAL', NULL, NULL), ('QQ', 'pending', 'GLOBAL', NULL, 'IRCS'),"
        " ('QQ', 'masked', 'RFMO', 'XFC', 'IRCS')"
    )
    header, rows = ["Vessel Name", "Call sign"], [["A", "qq"], ["B", "LAAB"], ["QQ", "LAAC"]]
    xfc, yfc = desk.clean(header, rows, "XFC"), desk.clean(header, rows, "YFC")
    assert desk.cleaned(xfc, 2) == ["(masked)", "LAAB", "LAAC"]
    assert desk.cleaned(yfc, 2) == ["(pending)", "LAAB", "LAAC"]
    assert desk.cleaned(yfc, 1) == ["A", "B", "(none)"]


def test_a_placeholder_may_be_a_pattern(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO ref.placeholder (placeholder, match, null_reason, kind) VALUES ('^QQ[0-9]X+$', 'regex', 'masked', 'ircs')"
    )
    document_id = desk.column(["qq4XXX", "LAAB", "LAAC"], "Call sign")
    assert desk.cleaned(document_id, 2) == ["(masked)", "LAAB", "LAAC"]
