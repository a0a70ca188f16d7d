"""What a human is asked: columns, readings, distinct values, rarely cells; and how many cells each answer settles."""

from __future__ import annotations

from tests.documents import Desk


def test_one_value_is_one_decision_however_many_cells_hold_it(desk: Desk) -> None:
    document_id = desk.clean(
        ["Vessel Name", "Flag State"], [[f"V {n}", "Atlantis" if n % 2 else "NOR"] for n in range(10)]
    )
    (decision,) = desk.decisions(document_id)
    assert (decision["decision_on"], decision["raw_value"], decision["cells"]) == ("value", "Atlantis", 5)
    assert decision["reason"] == "No flag of the vocabulary has this spelling"


def test_a_value_of_two_documents_is_one_decision_under_the_newest(desk: Desk) -> None:
    rows = [["A", "Atlantis"], ["B", "NOR"]]
    desk.clean(["Vessel Name", "Flag State"], rows)
    second = desk.clean(["Vessel Name", "Flag State"], [*rows, ["C", "Atlantis"]])
    (decision,) = desk.decisions()
    assert (decision["document_id"], decision["cells"]) == (second, 3)


def test_the_same_text_of_two_sources_is_two_decisions(desk: Desk) -> None:
    for source in ("XFC", "YFC"):
        desk.clean(["Vessel Name", "Flag State"], [["A", "Atlantis"], ["B", "NOR"]], source)
    assert [d["cells"] for d in desk.decisions()] == [1, 1]


def test_identifiers_in_the_wrong_column_are_one_decision_with_their_right_field(desk: Desk) -> None:
    signs = [f"LAA{letter}" for letter in "BCDEFGHIJK"]
    document_id = desk.column([*signs, "412123456", "412123457", "412123458"], "Call sign")
    assert desk.columns(document_id)[1]["field"] == "IRCS"
    (decision,) = desk.decisions(document_id)
    assert (decision["decision_on"], decision["cells"]) == ("reading", 3)
    assert {c["proposal_field"] for c in desk.cells(document_id, 2) if c["needs_review"]} == {"MMSI"}


def test_every_cell_to_review_belongs_to_a_decision(desk: Desk) -> None:
    desk.clean(
        [
            "Vessel Name",
            "IMO Number",
            "Flag State",
            "Authorisation start date",
            "Length (m)",
            "Beam (m)",
            "qqzzx",
        ],
        [
            ["B?RKUR", "9074728", "Atlantis", "05/03/2019", "24", "31", "a"],
            ["B?RKUR", "9074729", "NOR", "01/02/2019", "2450", "6", "b"],
            ["C", "8814275", "ISL", "2019-05-05", "24", "8", "c"],
        ],
    )
    review = desk.one("SELECT count(*) FROM stage.csv_extractions WHERE needs_review")
    decisions = desk.decisions()
    assert sum(d["cells"] for d in decisions if d["decision_on"] != "column") == review == 8
    assert sorted(d["decision_on"] for d in decisions) == [
        "cell",
        "column",
        "reading",
        "value",
        "value",
        "value",
        "value",
    ]
    assert all(d["reason"] for d in decisions)


def test_nothing_is_asked_about_a_clean_document(desk: Desk) -> None:
    desk.clean(["Vessel Name", "IMO Number"], [["A", "9074729"], ["B", "8814275"]])
    assert desk.decisions() == []
