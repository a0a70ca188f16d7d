"""From a value to the cells it came from, and from a document to all it touched."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS, listed, promote, rollback
from tests.documents import Desk


def test_a_value_is_traced_to_its_cell_rules_run_and_file(desk: Desk) -> None:
    document_id = listed(desk)
    run = promote(desk, document_id)
    vessel = desk.one("SELECT id FROM curated.vessels WHERE vessel_name = 'BLUE WAVE'")
    (cell,) = desk.rows("SELECT * FROM curated.trace(%s, 'imo_number')", vessel)
    assert (cell["value"], cell["raw_value"], cell["column_name"]) == ("9319466", "9319466", "IMO")
    assert (cell["document_id"], cell["row_index"], cell["run_id"], cell["source_line"]) == (
        document_id,
        3,
        run["run_id"],
        4,
    )
    assert cell["is_shown"] and cell["rules"] and cell["confidence"] >= cell["threshold"]
    assert cell["doc_sha256"] == desk.one("SELECT encode(sha256, 'hex') FROM stage.documents")


def test_a_value_that_a_person_gave_is_traced_to_the_person(desk: Desk) -> None:
    desk.db.execute("UPDATE promote.policy SET value = 0.5 WHERE policy = 'minimum_coverage'")
    document_id = listed(desk, [*VESSELS, ["V6", "SELV\ufffdG", "9244946", "NOR", "LAAC", "30", "99"]])
    promoting.answer(desk, "SELV\ufffdG", "SELVÅG")
    promote(desk, document_id)
    vessel = desk.one("SELECT id FROM curated.vessels WHERE vessel_name = 'SELVÅG'")
    (cell,) = desk.rows("SELECT * FROM curated.trace(%s, 'vessel_name')", vessel)
    assert cell["raw_value"] == "SELV\ufffdG" and cell["decision_id"]
    assert cell["decided"].startswith("custom by maria on ")


def test_all_that_is_said_of_a_vessel_is_traced_what_is_shown_first(desk: Desk) -> None:
    promote(desk, listed(desk))
    promote(desk, listed(desk, [["X1", "NORDIC SUN", *VESSELS[0][2:]], *VESSELS[1:]], "OTHER"))
    vessel = desk.one("SELECT id FROM curated.vessels WHERE imo_number = '9074729'")
    names = desk.rows("SELECT value, is_shown FROM curated.trace(%s) WHERE attribute = 'vessel_name'", vessel)
    assert [row["is_shown"] for row in names] == [True, False]
    assert {row["value"] for row in names} == {"NORDIC STAR", "NORDIC SUN"}
    assert names[0]["value"] == desk.one("SELECT vessel_name FROM curated.vessels WHERE id = %s", vessel)


def test_every_value_of_a_vessel_can_be_traced(desk: Desk) -> None:
    promote(desk, listed(desk))
    missing = desk.rows(
        "SELECT v.id, b.attribute FROM curated.vessels AS v CROSS JOIN LATERAL curated.best_value(ARRAY[v.id]) AS b"
        " WHERE NOT EXISTS (SELECT FROM curated.trace(v.id, b.attribute) AS t WHERE t.is_shown AND t.value = b.value)"
    )
    assert missing == []


def test_a_document_tells_all_it_touched(desk: Desk) -> None:
    first = listed(desk)
    promote(desk, first)
    second = listed(desk, VESSELS[:2])
    run = promote(desk, second)
    touched = desk.rows("SELECT * FROM promote.touched(%s)", second)
    assert [(t["row_index"], t["vessel_name"], t["in_force"]) for t in touched] == [
        (1, "NORDIC STAR", True),
        (2, "SEA EAGLE", True),
    ]
    assert "vessel_name" in touched[0]["shown"]
    assert [t["in_force"] for t in desk.rows("SELECT * FROM promote.touched(%s)", first)] == [False] * 5
    rollback(desk, run["run_id"])
    assert {
        (t["in_force"], t["run_status"]) for t in desk.rows("SELECT * FROM promote.touched(%s)", second)
    } == {(False, "rolled_back")}


def test_what_is_not_there_cannot_be_traced(desk: Desk) -> None:
    for query in ("SELECT * FROM curated.trace(99)", "SELECT * FROM promote.touched(99)"):
        with pytest.raises(psycopg.Error, match="there is no") as error:
            desk.rows(query)
        assert error.value.sqlstate == "OC404" and error.value.diag.message_hint


def test_analysts_ask_for_best_values_traces_and_both_times(desk: Desk) -> None:
    promote(desk, listed(desk))
    vessel = desk.one("SELECT min(id) FROM curated.vessels")
    desk.db.execute("SET ROLE oceanid_analyst")
    for query in ("curated.best_value(ARRAY[%s]::bigint[])", "curated.trace(%s)", "curated.said_as_of(%s)",
                  "curated.as_of(p_vessel_id => %s)"):  # fmt: skip
        assert desk.one(f"SELECT count(*) FROM {query}", vessel) > 0
    for view in ("changes", "conflicts", "statements"):
        desk.rows(f"SELECT * FROM curated.{view}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.rows("SELECT * FROM promote.rollback(1)")
