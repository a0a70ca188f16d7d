"""What a column means: by its header, by its values, by a person's word; and what is said where they disagree."""

from __future__ import annotations

import psycopg
import pytest

from tests.documents import Desk

IMOS = ["9074729", "8814275", "9126819", "9289518", "9319466", "7498505", "1133696", "5383304"]
MMSIS = [f"41212345{n}" for n in range(8)]
NAMES = [f"VESSEL {n}" for n in range(8)]


def listed(desk: Desk, header: str, values: list[str], source: str = "TEST") -> dict:
    """The mapping of a column beside a column of names."""
    document_id = desk.clean(["Vessel Name", header], zip(NAMES, values, strict=False), source)
    return desk.columns(document_id)[1] | {"decisions": desk.decisions(document_id)}


@pytest.mark.parametrize(
    ("header", "field", "values"),
    [
        ("IMO Number", "IMO", IMOS),
        ("Número IMO", "IMO", IMOS),
        ("MMSI", "MMSI", MMSIS),
        ("Flag State", "FLAG", ["NOR", "ISL", "FRO", "RUS", "ESP", "PRT", "DNK", "SWE"]),
        ("Call sign", "IRCS", ["LAAB", "LAAC", "LAAD", "LAAE", "LAAF", "LAAG", "LAAH", "LAAI"]),
        ("Year built", "BUILD_YEAR", ["1974", "1980", "1999", "2001", "2005", "2010", "2011", "2012"]),
    ],
)
def test_a_known_header_leads(desk: Desk, header: str, field: str, values: list[str]) -> None:
    column = listed(desk, header, values)
    assert (column["field"], column["mapping_method"]) == (field, "alias")
    assert column["mapping_confidence"] >= 0.95
    assert not column["needs_review"] and column["decisions"] == []


def test_a_header_much_like_a_known_one_is_believed_where_the_values_agree(desk: Desk) -> None:
    column = listed(desk, "IMO Nummber", IMOS)
    assert (column["field"], column["mapping_method"]) == ("IMO", "fuzzy header")


def test_an_identifier_shows_by_its_values_alone(desk: Desk) -> None:
    column = listed(desk, "qqzzx", IMOS)
    assert (column["field"], column["mapping_method"]) == ("IMO", "content")
    assert column["evidence"] == {"sample": 8, "accepted": 1.0}


def test_numbers_that_pass_by_chance_show_nothing(desk: Desk) -> None:
    column = listed(desk, "qqzzx", [*IMOS[:1], *(f"100000{n}" for n in range(1, 8))])
    assert column["field"] is None
    assert [d["decision_on"] for d in column["decisions"]] == ["column"]


def test_a_header_that_its_values_contradict_is_one_decision(desk: Desk) -> None:
    column = listed(desk, "IMO Number", MMSIS)
    assert column["field"] == "MMSI"
    assert "says IMO, but the values are those of MMSI" in column["review_reason"]
    (decision,) = column["decisions"]
    assert (decision["decision_on"], decision["cells"], decision["proposal"]) == ("column", 8, "MMSI")


def test_a_header_whose_values_are_none_of_it_is_kept_as_text(desk: Desk) -> None:
    column = listed(desk, "IMO Number", [f"see note {n}" for n in range(8)])
    assert column["field"] is None and column["kind"] == "text"
    assert "only 0% of its values" in column["review_reason"]
    assert len(column["decisions"]) == 1


def test_an_unknown_header_is_text_and_one_decision(desk: Desk) -> None:
    column = listed(desk, "qqzzx", ["alpha", "beta", "gamma", "delta"])
    assert (column["field"], column["kind"], column["mapping_method"]) == (None, "text", "none")
    assert [(d["decision_on"], d["cells"]) for d in column["decisions"]] == [("column", 4)]


def test_an_empty_column_asks_nothing(desk: Desk) -> None:
    assert listed(desk, "qqzzx", ["", " ", "", ""])["decisions"] == []


def test_a_sources_own_alias_wins_and_works_at_the_next_run(desk: Desk) -> None:
    assert listed(desk, "Reg", ["A-1", "A-2", "A-3"], "XFC")["field"] != "LICENSE_NO"
    desk.db.execute(
        "INSERT INTO ref.header_alias (alias, source_type, source_name, field) VALUES ('reg', 'RFMO', 'XFC', 'LICENSE_NO')"
    )
    column = listed(desk, "Reg", ["A-4", "A-5", "A-6"], "XFC")
    assert (column["field"], column["mapping_method"]) == ("LICENSE_NO", "source alias")
    assert listed(desk, "Reg", ["A-1", "A-2", "A-3"], "YFC")["field"] != "LICENSE_NO"


def test_an_alias_without_a_field_is_plain_text_on_purpose(desk: Desk) -> None:
    desk.db.execute("INSERT INTO ref.header_alias (alias, field) VALUES ('qqzzx', NULL)")
    column = listed(desk, "qqzzx", ["alpha", "beta"])
    assert column["field"] is None and column["decisions"] == []


def test_a_persons_word_maps_the_column_and_is_remembered(desk: Desk) -> None:
    header, rows = ["Vessel Name", "qqzzx"], [["A", "LAAB"], ["B", "laac"]]
    first = desk.clean(header, rows, "XFC")
    assert desk.cleaned(first, 2) == ["LAAB", "laac"]
    assert desk.one("SELECT clean.map_column(%s, 2, 'IRCS')", first) in ("gated", "cleaned")
    desk.drain()
    column = desk.columns(first)[1]
    assert (column["field"], column["mapping_method"], column["needs_review"]) == ("IRCS", "decision", False)
    assert desk.cleaned(first, 2) == ["LAAB", "LAAC"]
    assert desk.decisions(first) == [] and desk.broken() == []
    second = desk.clean(header, [["A", "LAAD"]], "XFC")
    assert (desk.columns(second)[1]["field"], desk.columns(second)[1]["mapping_method"]) == (
        "IRCS",
        "source alias",
    )
    # plain text on purpose is a word, too; and a decision stays when columns are mapped again
    desk.one("SELECT clean.map_column(%s, 2, NULL, false)", first)
    desk.db.execute("SELECT clean.map_columns(%s)", [first])
    assert (desk.columns(first)[1]["field"], desk.columns(first)[1]["mapping_method"]) == (None, "decision")
    assert desk.columns(desk.clean(header, [["A", "LAAE"]], "XFC"))[1]["field"] == "IRCS"


def test_mapping_a_column_says_what_is_wrong(desk: Desk) -> None:
    document_id = desk.clean(["Vessel Name", "qqzzx"], [["A", "LAAB"]])
    waiting = desk.register(desk.write(["Vessel Name"], [["A"], ["B"]]))
    for arguments, state in (
        ((document_id, 9, "IRCS"), "OC404"),
        ((document_id + 999, 1, "IRCS"), "OC404"),
        ((document_id, 2, "NO_SUCH_FIELD"), "OC001"),
    ):
        with pytest.raises(psycopg.Error) as refused:
            desk.one("SELECT clean.map_column(%s, %s, %s)", *arguments)
        assert (refused.value.sqlstate, bool(refused.value.diag.message_hint)) == (state, True)
    with desk.db.transaction():
        desk.db.execute(
            "INSERT INTO stage.columns (document_id, column_position, column_name) VALUES (%s, 1, 'x')",
            [waiting],
        )
        with pytest.raises(psycopg.Error) as refused, desk.db.transaction():
            desk.one("SELECT clean.map_column(%s, 1, 'IRCS')", waiting)
        assert refused.value.sqlstate == "OC002"
        desk.db.execute("DELETE FROM stage.columns WHERE document_id = %s", [waiting])
