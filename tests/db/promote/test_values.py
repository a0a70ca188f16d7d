"""What is asserted, from when to when, which value is shown and why, what changed, where sources disagree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS, listed, promote
from tests.documents import Desk

WIDE = [
    "Vessel Name", "IMO", "Flag State", "Previous Name", "Previous Flag", "Length (m)", "Length Type", "Gross tonnage",
    "Fishing Methods", "Authorisation start date", "Authorisation end date", "Owner name", "Owner address", "Year built",
    "Country of build", "Port of registry", "Engine power (kW)", "Registration number",
]  # fmt: skip
ROWS = [
    ["NORDIC STAR", "9074729", "NOR", "OLD STAR", "ISL", "42.5", "LOA", "412", "OTB", "2024-01-15", "2026-01-14",
     "Nordic AS; Star AS", "Bergen", "1994", "NOR", "BERGEN", "1200", "M-1-HØ"],
    ["SEA EAGLE", "8814275", "ISL", "", "", "31", "RL", "190", "LLS; GNS", "2024-02", "2099-12-31",
     "Eagle ehf", "", "1989", "", "REYKJAVIK", "800", "RE-22"],
    ["BLUE WAVE", "9319466", "FRO", "", "", "55.2", "LOA", "980", "OTM", "", "", "", "", "2005", "", "", "", "FD-3"],
]  # fmt: skip


def said(desk: Desk, table: str, name: str) -> list[dict[str, Any]]:
    return desk.rows(
        f"SELECT a.* FROM curated.{table} AS a JOIN curated.record_versions AS v USING (record_version_id)"
        " JOIN curated.names AS n USING (record_version_id)"
        " WHERE v.recorded_to IS NULL AND n.role = 'current' AND n.name = %s ORDER BY a.column_position, a.part_no", name,
    )  # fmt: skip


@pytest.fixture
def wide(desk: Desk) -> Desk:
    document_id = listed(desk, ROWS, header=WIDE)
    desk.rows("SELECT promote.declare_date(%s, '2025-03-01')", document_id)
    assert promote(desk, document_id)["records"] == 3
    return desk


def day(row: dict[str, Any], column: str) -> str | None:
    return None if row[column] is None else str(row[column])


def test_names_and_flags_hold_from_the_day_of_the_list_and_earlier_ones_until_the_day_before(
    wide: Desk,
) -> None:
    names = [
        (n["name"], n["role"], day(n, "valid_from"), day(n, "valid_to"))
        for n in said(wide, "names", "NORDIC STAR")
    ]
    assert names == [
        ("NORDIC STAR", "current", "2025-03-01", None),
        ("OLD STAR", "previous", None, "2025-02-28"),
    ]
    flags = [(f["flag"], f["role"], day(f, "valid_to")) for f in said(wide, "flags", "NORDIC STAR")]
    assert flags == [("NOR", "current", None), ("ISL", "previous", "2025-02-28")]


def test_an_authorisation_holds_from_its_first_day_to_its_last(wide: Desk) -> None:
    (nordic,) = said(wide, "authorisations", "NORDIC STAR")
    assert (day(nordic, "starts_on"), day(nordic, "ends_on"), nordic["gear"]) == (
        "2024-01-15",
        "2026-01-14",
        "OTB",
    )
    assert (nordic["valid_from"], nordic["valid_to"]) == (nordic["starts_on"], nordic["ends_on"])
    assert nordic["authority"] == "TEST"
    (eagle,) = said(wide, "authorisations", "SEA EAGLE")
    assert (day(eagle, "starts_on"), eagle["ends_on"], eagle["open_ended"]) == ("2024-02-01", None, True)
    assert said(wide, "authorisations", "BLUE WAVE") == []


def test_each_owner_is_one_associate_with_the_address(wide: Desk) -> None:
    owners = [(a["role"], a["name"], a["address"]) for a in said(wide, "associates", "NORDIC STAR")]
    assert [name for _, name, _ in owners] in (["NORDIC AS", "STAR AS"], ["NORDIC AS; STAR AS"])
    assert {(role, address) for role, _, address in owners} == {("owner", "Bergen")}


def test_measures_have_units_and_lengths_their_type(wide: Desk) -> None:
    found = [
        (m["metric"], str(m["value"]), m["unit"], m["metric_type"])
        for m in said(wide, "metrics", "NORDIC STAR")
    ]
    assert sorted(found) == [
        ("engine_power", "1200", "kW", None),
        ("gross_tonnage", "412", "GT", None),
        ("length", "42.5", "m", "LOA"),
    ]
    (length,) = [m for m in said(wide, "metrics", "NORDIC STAR") if m["metric"] == "length"]
    assert len(length["column_positions"]) == 2


def test_a_build_is_one_statement(wide: Desk) -> None:
    (build,) = said(wide, "builds", "NORDIC STAR")
    assert (build["year_built"], build["country"], len(build["column_positions"])) == (1994, "NOR", 2)


def test_a_vessel_shows_its_best_values(wide: Desk) -> None:
    (eagle,) = [v for v in promoting.vessels(wide) if v["vessel_name"] == "SEA EAGLE"]
    assert (eagle["gear_types"], eagle["length_type"], eagle["owner"], eagle["registration"], eagle["home_port"]) == (
        ["GNS", "LLS"], "RL", "EAGLE EHF", "RE-22", "REYKJAVIK",
    )  # fmt: skip
    assert str(eagle["first_observed"]) == str(eagle["last_observed"]) == "2025-03-01"
    assert promoting.broken(wide) == []


def other(desk: Desk, row: list[str], source: str, on: str) -> int:
    """The first vessel as another source lists it, with another name and tonnage."""
    document_id = listed(desk, [row, *VESSELS[1:]], source)
    desk.rows("SELECT promote.declare_date(%s, %s)", document_id, on)
    promote(desk, document_id)
    return document_id


def best(desk: Desk, attribute: str) -> tuple[str, str, int]:
    vessel = desk.one("SELECT id FROM curated.vessels WHERE imo_number = '9074729'")
    (row,) = desk.rows("SELECT * FROM curated.best_value(%s) WHERE attribute = %s", [vessel], attribute)
    return row["value"], row["why"], row["statements"]


def test_of_equally_sure_sources_the_latest_is_shown_unless_another_is_trusted_more(desk: Desk) -> None:
    other(desk, VESSELS[0], "OLD", "2020-01-01")
    assert best(desk, "flag_state") == ("NOR", "the only one", 1)
    other(desk, ["X1", "NORDIC STAR", "9074729", "ISL", "LAAB", "42.5", "450"], "NEW", "2024-01-01")
    assert best(desk, "flag_state") == ("ISL", "latest", 2)
    assert best(desk, "vessel_name") == ("NORDIC STAR", "all agree", 2)
    desk.db.execute("UPDATE stage.source SET trust = 'high' WHERE source_name = 'OLD'")
    assert best(desk, "flag_state") == ("NOR", "most trusted source", 2)


def test_what_the_rule_cannot_tell_apart_goes_by_source(desk: Desk) -> None:
    other(desk, VESSELS[0], "ONE", "2024-01-01")
    other(desk, ["X1", "NORDIC STAR", "9074729", "ISL", "LAAB", "42.5", "450"], "TWO", "2024-01-01")
    assert best(desk, "flag_state") == ("NOR", "first of equals", 2)


def test_the_surer_value_goes_before_the_later(desk: Desk) -> None:
    other(desk, VESSELS[0], "OLD", "2020-01-01")
    other(desk, ["X1", "NORDIC STAR", "9074729", "ISL", "LAAB", "42.5", "450"], "NEW", "2024-01-01")
    desk.db.execute(
        "UPDATE curated.flags SET confidence = 0.9 WHERE flag = 'ISL' AND column_position IS NOT NULL"
    )
    assert best(desk, "flag_state") == ("NOR", "most confident", 2)


def test_sources_that_disagree_are_shown_side_by_side(desk: Desk) -> None:
    other(desk, VESSELS[0], "OLD", "2020-01-01")
    other(desk, ["X1", "NORDIC STAR", "9074729", "ISL", "LAAB", "42.6", "450"], "NEW", "2024-01-01")
    found = desk.rows("SELECT attribute, said, shown FROM curated.conflicts ORDER BY attribute")
    assert found == [
        {"attribute": "flag_state", "said": ["NEW: ISL", "OLD: NOR"], "shown": "ISL"},
        {"attribute": "gross_tonnage", "said": ["NEW: 450", "OLD: 412"], "shown": "450"},
    ]


def test_changes_are_told_by_lists_that_follow_each_other(desk: Desk) -> None:
    other(desk, VESSELS[0], "TEST", "2020-01-01")
    other(desk, ["V1", "NORDIC SUN", "9074729", "ISL", "LAAB", "42.5", "412"], "TEST", "2024-01-01")
    found = desk.rows(
        "SELECT change_type, old_value, new_value, not_before, changed_on FROM curated.changes ORDER BY 1"
    )
    assert [(c["change_type"], c["old_value"], c["new_value"], str(c["not_before"]), str(c["changed_on"])) for c in found] == [
        ("FLAG_CHANGE", "NOR", "ISL", "2020-01-01", "2024-01-01"),
        ("NAME_CHANGE", "NORDIC STAR", "NORDIC SUN", "2020-01-01", "2024-01-01"),
    ]  # fmt: skip


def test_changes_are_told_by_columns_of_earlier_names_and_flags(wide: Desk) -> None:
    found = wide.rows(
        "SELECT change_type, old_value, new_value, changed_on, told_on FROM curated.changes ORDER BY 1"
    )
    assert [
        (c["change_type"], c["old_value"], c["new_value"], c["changed_on"], str(c["told_on"])) for c in found
    ] == [
        ("FLAG_CHANGE", "ISL", "NOR", None, "2025-03-01"),
        ("NAME_CHANGE", "OLD STAR", "NORDIC STAR", None, "2025-03-01"),
    ]


def test_both_times_can_be_asked_for(desk: Desk) -> None:
    other(desk, VESSELS[0], "TEST", "2020-01-01")
    between = desk.one("SELECT clock_timestamp()")
    other(desk, ["V1", "NORDIC SUN", "9074729", "ISL", "LAAB", "42.5", "412"], "TEST", "2024-01-01")
    vessel = desk.one("SELECT id FROM curated.vessels WHERE imo_number = '9074729'")

    def name(valid_on: str | None, recorded_at: Any = None) -> list[str]:
        rows = desk.rows("SELECT * FROM curated.said_as_of(%s, %s, %s)", vessel, valid_on, recorded_at)
        return [row["value"] for row in rows if row["attribute"] == "vessel_name"]

    assert name(None) == ["NORDIC SUN"]
    assert name("2022-06-30") == ["NORDIC STAR"], "what was true then, as we know it now"
    assert name("2024-06-30", between) == ["NORDIC STAR"], "what we believed before the second list came"
    assert name("2019-12-31") == []
    assert name("2024-06-30", "2001-01-01") == []


def test_a_held_row_speaks_by_the_older_list_in_the_past_as_well(desk: Desk) -> None:
    desk.db.execute("UPDATE promote.policy SET value = 0.5 WHERE policy = 'minimum_coverage'")
    other(desk, VESSELS[0], "TEST", "2020-01-01")
    other(desk, ["V1", "", *VESSELS[0][2:]], "TEST", "2022-01-01")
    other(desk, ["V1", "NORDIC SUN", *VESSELS[0][2:]], "TEST", "2024-01-01")
    in_force = "SELECT count(*) FROM curated.as_of(%s) JOIN curated.names AS n USING (record_version_id) WHERE n.name = %s"
    assert desk.one(in_force, "2022-06-30", "NORDIC STAR") == 1
    assert desk.one(in_force, None, "NORDIC STAR") == 0


@given(date=st.dates(), parts=st.integers(0, 2))
def test_a_part_of_a_date_is_its_first_and_last_day(vocabulary: Any, date: Any, parts: int) -> None:
    text = "-".join(date.isoformat().split("-")[: parts + 1])
    first, last = vocabulary.execute(
        "SELECT promote.first_day(%s), promote.last_day(%s)", [text, text]
    ).fetchone()
    assert first <= date <= last and str(first).startswith(text) and str(last).startswith(text)


@pytest.mark.parametrize("text", [None, "", "soon", "2019-1-1", "12-05-2019", "2019; 2020"])
def test_what_is_no_clean_date_has_no_day(ask: Any, text: str | None) -> None:
    assert ask("promote.first_day", text) is None
    assert ask("promote.last_day", text) is None
