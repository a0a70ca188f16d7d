"""What a promotion writes, and that it is all or nothing, repeatable, and foretold by a dry run."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS, listed, promote
from tests.documents import Desk


def test_a_gated_list_becomes_vessels(desk: Desk) -> None:
    run = promote(desk, listed(desk))
    assert (run["status"], run["records"], run["records_new"], run["records_held"]) == ("promoted", 5, 5, 0)
    assert [(v["vessel_name"], v["imo_number"], v["flag_state"], v["length_m"]) for v in promoting.vessels(desk)] == sorted(
        (name, imo, flag, desk.one("SELECT %s::numeric", length)) for _, name, imo, flag, _, length, _ in VESSELS
    )  # fmt: skip
    assert promoting.broken(desk) == []


def test_a_second_run_changes_nothing(desk: Desk) -> None:
    document_id = listed(desk)
    promote(desk, document_id)
    before = promoting.state(desk)
    again = promote(desk, document_id)
    assert (again["status"], again["records_new"], again["vessels"]) == ("unchanged", 0, 0)
    assert promoting.state(desk) == before


def test_a_dry_run_says_what_then_happens_and_writes_nothing(desk: Desk) -> None:
    document_id = listed(
        desk, [*VESSELS, ["V6", "NOBODY", *[""] * 5], ["V7", "A", "9074729", "NOR", "LAAB", "1", ""]]
    )
    tables = ("stage.promotion_log", "curated.record_versions", "curated.vessels", "promote.held_records", "identity.entry",
              "identity.evidence", "curated.rule_chains")  # fmt: skip
    foretold = promote(desk, document_id, dry_run=True)
    assert [desk.one(f"SELECT count(*) FROM {table}") for table in tables] == [0] * len(tables)
    happened = promote(desk, document_id)
    assert foretold.pop("run_id") is None and happened.pop("run_id") is not None
    assert foretold == happened


def test_a_dry_run_of_all_foretells_all(desk: Desk) -> None:
    first, second = listed(desk), listed(desk, VESSELS[:3], "OTHER")
    desk.db.execute(
        "UPDATE ops.job SET state = 'done', ended_at = now(), lease = NULL WHERE queue = 'promote'"
    )
    foretold = desk.rows("SELECT * FROM promote.run(dry_run => true)")
    happened = desk.rows("SELECT * FROM promote.run()")
    assert [row["document_id"] for row in happened] == [first, second]
    assert [{**row, "run_id": None} for row in happened] == foretold
    assert desk.rows("SELECT * FROM promote.run()") == []


def test_a_document_that_is_not_gated_is_held_and_says_so(desk: Desk) -> None:
    document_id = desk.register(desk.write(promoting.HEADER, VESSELS))
    run = promote(desk, document_id)
    assert (run["status"], run["reasons"]) == ("held", ["it is received, not gated"])


def test_an_unknown_document_is_refused_with_cause_and_cure(desk: Desk) -> None:
    with pytest.raises(psycopg.Error, match="there is no document 99") as error:
        promote(desk, 99)
    assert error.value.sqlstate == "OC404" and error.value.diag.message_hint


def test_rows_of_several_sources_are_one_vessel(desk: Desk) -> None:
    promote(desk, listed(desk))
    promote(desk, listed(desk, [[f"X{n}", *row[1:]] for n, row in enumerate(VESSELS)], "OTHER"))
    assert [(v["source_count"], v["record_count"]) for v in promoting.vessels(desk)] == [(2, 2)] * 5
    assert promoting.broken(desk) == []


def test_a_cell_knows_its_promotion(desk: Desk) -> None:
    document_id = listed(desk)
    run = promote(desk, document_id)
    cells = desk.rows("SELECT * FROM stage.csv_extractions WHERE document_id = %s", document_id)
    assert {cell["promotion_id"] for cell in cells} == {run["run_id"]}
    assert all(cell["promoted_at"] for cell in cells)


def test_a_new_version_of_a_list_ends_what_it_no_longer_lists(desk: Desk) -> None:
    promote(desk, listed(desk))
    renamed = [["V1", "NORDIC SUN", *VESSELS[0][2:]], *VESSELS[1:4]]
    run = promote(desk, listed(desk, renamed))
    assert (run["records"], run["records_ended"]) == (4, 5)
    assert [v["vessel_name"] for v in promoting.vessels(desk)] == [
        "BLUE WAVE",
        "NORDIC SUN",
        "RED BERRY",
        "SEA EAGLE",
    ]
    assert desk.one("SELECT count(*) FROM curated.record_versions WHERE recorded_to IS NOT NULL") == 5
    assert promoting.broken(desk) == []


def test_an_older_version_that_comes_later_does_not_replace_the_newer(desk: Desk) -> None:
    newer = listed(desk, VESSELS[:4])
    promote(desk, newer)
    older = listed(desk)
    desk.rows("SELECT promote.declare_date(%s, '2016-05-01')", older)
    before = promoting.state(desk)
    run = promote(desk, older)
    assert (run["status"], run["records_new"], run["vessels"]) == ("promoted", 5, 0)
    assert promoting.state(desk) == before
    promoting.rollback(
        desk, desk.one("SELECT max(run_id) FROM stage.promotion_log WHERE document_id = %s", newer)
    )
    assert len(promoting.vessels(desk)) == 5
    assert promoting.broken(desk) == []


def test_a_row_that_a_new_version_holds_keeps_its_last_promoted_state(desk: Desk) -> None:
    promote(desk, listed(desk))
    unnamed = [["V1", "", *VESSELS[0][2:6], "500"], *VESSELS[1:]]
    desk.db.execute("UPDATE promote.policy SET value = 0.5 WHERE policy = 'minimum_coverage'")
    run = promote(desk, listed(desk, unnamed))
    assert (run["records_held"], run["records_ended"]) == (1, 4)
    (kept,) = [v for v in promoting.vessels(desk) if v["imo_number"] == "9074729"]
    assert (kept["vessel_name"], kept["gross_tonnage"]) == ("NORDIC STAR", 412)
    assert promoting.broken(desk) == []


def test_declaring_a_date_of_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(psycopg.Error, match="there is no document 99") as error:
        desk.rows("SELECT promote.declare_date(99, '2020-01-01')")
    assert error.value.sqlstate == "OC404"


def test_what_a_person_judges_of_two_entries_reaches_curated(desk: Desk) -> None:
    promote(desk, listed(desk, VESSELS))
    other = [["X1", "NORDIC STAR", "9074729", "NOR", "LAAB", "42.5", "412"], *VESSELS[1:]]
    promote(desk, listed(desk, other, "OTHER"))
    star = desk.one("SELECT id FROM curated.vessels WHERE vessel_name = 'NORDIC STAR'")
    first, second = (row["entry_id"] for row in desk.rows(
        "SELECT entry_id FROM identity.membership WHERE vessel_id = %s ORDER BY 1", star))  # fmt: skip
    together = promoting.content(desk)
    desk.rows("SELECT * FROM identity.split(%s, %s::bigint[], 'maria')", star, [second])
    assert [(v["id"], v["source_count"]) for v in promoting.vessels(desk) if v["vessel_name"] == "NORDIC STAR"] == [
        (first, 1), (second, 1),
    ]  # fmt: skip
    assert promoting.broken(desk) == []
    desk.rows("SELECT * FROM identity.merge(%s, %s, 'maria')", first, second)
    assert promoting.content(desk) == together
