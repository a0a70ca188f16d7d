"""The analysts' views on a small promoted fleet, and the fleet as of a day and a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.documents import Desk
from tests.fleets import HEADER, NAFO_2025


def pick(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_the_current_fleet_has_what_is_listed_now_in_words(fleet: Desk) -> None:
    rows = fleet.rows("SELECT * FROM curated.current_fleet ORDER BY vessel_name")
    assert pick(rows, "vessel_name", "flag_state", "flag_name", "gear_types", "listed_by") == [
        ("NORDLYS II", "DNK", "Denmark", ["LLS"], ["NAFO"]),
        ("SANTA MARIA", "ESP", "Spain", ["OTB"], ["NAFO", "SPRFMO"]),
        ("ВОСТОК-1", "RUS", "Russia", ["OTM"], ["SPRFMO"]),
    ]


@pytest.mark.parametrize(
    ("day", "holders"),
    [
        ("2024-06-30", []),
        ("2025-01-01", [("NAFO", "NORDLYS II"), ("NAFO", "SANTA MARIA"), ("SPRFMO", "SANTA MARIA"), ("SPRFMO", "ВОСТОК-1")]),
        ("2025-06-30", [("NAFO", "NORDLYS II"), ("NAFO", "SANTA MARIA"), ("SPRFMO", "SANTA MARIA"), ("SPRFMO", "ВОСТОК-1")]),
        ("2025-07-01", [("NAFO", "NORDLYS II"), ("NAFO", "SANTA MARIA"), ("SPRFMO", "ВОСТОК-1")]),
        ("2030-01-01", [("NAFO", "NORDLYS II")]),
    ],
)  # fmt: skip
def test_an_authorisation_holds_from_its_first_day_to_its_last(
    fleet: Desk, day: str, holders: list[tuple[str, str]]
) -> None:
    rows = fleet.rows("SELECT * FROM curated.authorisations_on(%s) ORDER BY authority, vessel_name", day)
    assert pick(rows, "authority", "vessel_name") == holders


@pytest.mark.parametrize(
    ("authorised", "starts_on", "ends_on", "holds"),
    [
        (None, None, None, True),
        (True, None, None, True),
        (False, None, None, False),
        (None, "2025-05-05", "2025-05-05", True),
        (None, "2025-05-06", None, False),
        (None, None, "2025-05-04", False),
        (False, "2025-01-01", "2025-12-31", False),
    ],
)
def test_what_a_list_does_not_say_does_not_limit(
    fleet: Desk, authorised: bool | None, starts_on: str | None, ends_on: str | None, holds: bool
) -> None:
    asked = "SELECT curated.holds_on(%s, %s, %s, '2025-05-05')"
    assert fleet.one(asked, authorised, starts_on, ends_on) is holds


def test_today_is_a_day_like_any_other(fleet: Desk) -> None:
    today = "SELECT * FROM curated.authorisations_in_force ORDER BY record_version_id"
    asked = "SELECT * FROM curated.authorisations_on(current_date) ORDER BY record_version_id"
    assert fleet.rows(today) == fleet.rows(asked)


def test_what_expires_soon_is_counted_in_days_and_says_whether_it_is_renewed(desk: Desk) -> None:
    today = desk.one("SELECT current_date")

    def row(name: str, imo: str, days: int) -> list[str]:
        ends_on = (today + timedelta(days=days)).isoformat()
        return [name, imo, "", "NOR", "LLS", "30", "300", "", "2020-01-01", ends_on]

    desk.clean(
        HEADER,
        [
            row("ENDS TODAY", "9074729", 0), row("ENDED", "8814275", -1), row("IN TIME", "9134270", 91),
            row("RENEWED", "8715871", 90), row("RENEWED", "8715871", 200),
        ],
        "NAFO",
    )  # fmt: skip
    rows = desk.rows("SELECT * FROM curated.expiring_authorisations ORDER BY days_left")
    assert pick(rows, "vessel_name", "days_left", "renewed") == [
        ("ENDS TODAY", 0, False),
        ("RENEWED", 90, True),
    ]


def test_vessels_are_counted_by_regional_body_and_flag(fleet: Desk) -> None:
    rows = fleet.rows("SELECT * FROM curated.vessels_by_rfmo_and_flag ORDER BY rfmo, flag_state")
    assert pick(rows, "rfmo", "flag_state", "vessels", "authorised_today", "listed_elsewhere") == [
        ("NAFO", "DNK", 1, 1, 0),
        ("NAFO", "ESP", 1, 0, 1),
        ("SPRFMO", "ESP", 1, 0, 1),
        ("SPRFMO", "RUS", 1, 0, 0),
    ]


def test_a_vessels_history_has_what_each_list_said(fleet: Desk) -> None:
    rows = fleet.rows(
        "SELECT h.* FROM curated.vessel_history AS h JOIN curated.vessels AS v ON v.id = h.vessel_id"
        " WHERE v.imo_number = '8814275' AND h.attribute IN ('vessel_name', 'previous_name', 'flag_state')"
        " ORDER BY h.recorded_from, h.attribute"
    )
    assert pick(rows, "observed_on", "attribute", "value", "in_force") == [
        (date(2024, 1, 15), "flag_state", "NOR", False),
        (date(2024, 1, 15), "previous_name", "POLARIS", False),
        (date(2024, 1, 15), "vessel_name", "NORDLYS", False),
        (date(2025, 1, 15), "flag_state", "DNK", True),
        (date(2025, 1, 15), "previous_name", "POLARIS", True),
        (date(2025, 1, 15), "vessel_name", "NORDLYS II", True),
    ]


def test_a_vessel_no_longer_listed_keeps_its_history(fleet: Desk) -> None:
    gone = "SELECT count(*) > 0 FROM curated.vessel_history WHERE value = '9134270' AND NOT in_force"
    assert fleet.one(gone)
    assert fleet.rows("SELECT * FROM curated.vessels WHERE imo_number = '9134270'") == []


AS_OF = "SELECT * FROM curated.vessels_as_of(%s, %s) ORDER BY imo_number"


def test_without_a_time_the_vessels_are_those_of_now(fleet: Desk) -> None:
    columns = (
        "imo_number, vessel_name, mmsi, call_sign, flag_state, eu_cfr, registration, vessel_type, gear_types, length_m,"
        " length_type, gross_tonnage, gross_register_tonnage, engine_power_kw, year_built, home_port, owner, confidence_score"
    )
    now = fleet.rows(f"SELECT id AS vessel_id, {columns} FROM curated.vessels ORDER BY imo_number")
    assert fleet.rows(AS_OF, None, None) == now
    assert fleet.rows(AS_OF, None, "9999-12-31") == now


@pytest.mark.parametrize(
    ("day", "vessels"),
    [
        ("2023-12-31", []),
        ("2024-06-01", [("8814275", "NORDLYS", "NOR"), ("9074729", "SANTA MARIA", "ESP"), ("9134270", "GAMLE ERIK", "NOR")]),
        ("2025-01-20", [("8814275", "NORDLYS II", "DNK"), ("9074729", "SANTA MARIA", "ESP")]),
        ("2025-02-01", [("8715871", "ВОСТОК-1", "RUS"), ("8814275", "NORDLYS II", "DNK"), ("9074729", "SANTA MARIA", "ESP")]),
    ],
)  # fmt: skip
def test_the_vessels_of_a_day_are_those_of_the_lists_of_that_day(
    fleet: Desk, day: str, vessels: list[tuple[str, ...]]
) -> None:
    assert pick(fleet.rows(AS_OF, day, None), "imo_number", "vessel_name", "flag_state") == vessels


def test_what_was_recorded_later_was_not_known(fleet: Desk) -> None:
    before = fleet.one("SELECT min(recorded_at) - interval '1 second' FROM stage.promotion_log")
    first = fleet.one("SELECT min(recorded_at) FROM stage.promotion_log")
    assert fleet.rows(AS_OF, None, before) == []
    assert pick(fleet.rows(AS_OF, None, first), "vessel_name") == [
        ("NORDLYS",),
        ("SANTA MARIA",),
        ("GAMLE ERIK",),
    ]


def test_what_was_rolled_back_later_was_known(desk: Desk) -> None:
    desk.clean(HEADER, NAFO_2025, "NAFO")
    known = desk.rows(AS_OF, None, None)
    then = desk.one("SELECT clock_timestamp()")
    run_id = desk.one("SELECT max(run_id) FROM stage.promotion_log")
    desk.rows("SELECT * FROM promote.rollback(%s, 'a test', 'wrong file')", run_id)
    assert desk.rows(AS_OF, None, None) == []
    assert desk.rows(AS_OF, None, then) == known != []


def test_changes_between_two_days_are_told_by_kind(fleet: Desk) -> None:
    rows = fleet.rows(
        "SELECT * FROM curated.changes_between('2024-06-01', '2025-02-01') ORDER BY change_type, vessel_name"
    )
    assert pick(rows, "change_type", "vessel_name", "old_value", "new_value") == [
        ("APPEARED", "ВОСТОК-1", None, "ВОСТОК-1"),
        ("FLAG_CHANGE", "NORDLYS II", "NOR", "DNK"),
        ("GONE", "GAMLE ERIK", "GAMLE ERIK", None),
        ("NAME_CHANGE", "NORDLYS II", "NORDLYS", "NORDLYS II"),
        ("OTHER_CHANGE", "SANTA MARIA", "1200", "1210"),
    ]
    assert fleet.rows("SELECT * FROM curated.changes_between('2024-06-01', '2024-06-01')") == []


@pytest.mark.parametrize("days", [("2025-01-02", "2025-01-01"), (None, "2025-01-01"), ("2025-01-01", None)])
def test_time_does_not_run_backwards(fleet: Desk, days: tuple[str | None, str | None]) -> None:
    with pytest.raises(psycopg.Error, match="no time from") as error:
        fleet.rows("SELECT * FROM curated.changes_between(%s, %s)", *days)
    assert error.value.sqlstate == "OC001"
    assert error.value.diag.message_hint


def test_undecided_pairs_are_possible_duplicates_until_somebody_decides(fleet: Desk) -> None:
    pair = "SELECT entry_a, entry_b, name_a, name_b, probability FROM curated.possible_duplicates"
    with psycopg.connect(fleet.url, row_factory=dict_row) as conn:
        conn.execute("DELETE FROM identity.pair")
        a, b = (row["entry_id"] for row in conn.execute("SELECT min(entry_id) AS entry_id FROM identity.membership"
            " GROUP BY vessel_id ORDER BY 1 LIMIT 2").fetchall())  # fmt: skip
        conn.execute(
            "INSERT INTO identity.pair (entry_a, entry_b, levels, weight, posterior, outcome)"
            " VALUES (%s, %s, '{}', 3, 0.5, 'undecided')", [a, b],
        )  # fmt: skip
        (row,) = conn.execute(pair).fetchall()
        assert (row["entry_a"], row["entry_b"], row["probability"]) == (a, b, 0.5)
        conn.execute(
            "INSERT INTO identity.judgement (entry_a, entry_b, verdict, judged_by) VALUES (%s, %s, 'different', 'x')",
            [a, b],
        )
        assert conn.execute(pair).fetchall() == []
        conn.rollback()


def test_sources_and_documents_are_named(fleet: Desk) -> None:
    assert pick(fleet.rows("SELECT * FROM curated.sources ORDER BY source_name"), "source_name", "source_type") == [
        ("NAFO", "RFMO"), ("SPRFMO", "RFMO"),
    ]  # fmt: skip
    rows = fleet.rows("SELECT * FROM curated.documents ORDER BY document_id")
    assert pick(rows, "source_name", "version_no", "listed_on") == [
        ("NAFO", 1, date(2024, 1, 15)), ("NAFO", 2, date(2025, 1, 15)), ("SPRFMO", 1, date(2025, 2, 1)),
    ]  # fmt: skip
