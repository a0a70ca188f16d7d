"""The proof that nothing is lost and nothing is doubled holds in every state, and fails where it must."""

from __future__ import annotations

import pytest

from tests.documents import Desk

HEADER = ["Vessel Name", "IMO Number", "Length", "Length unit"]
ROWS = [
    ["A", "9074729", "80", "Feet"],
    ["B", "9074728", "24", "m"],
    ["", "", "", ""],
    ["C"],
    ["D", "0", "30", "m", "surplus"],
]


def place(desk: Desk) -> tuple[str, bool]:
    (row,) = desk.rows("SELECT * FROM ops.conservation")
    return row["place"], row["holds"]


def test_it_holds_from_the_door_to_the_gate(desk: Desk) -> None:
    document_id = desk.register(desk.write(HEADER, ROWS))
    assert place(desk) == ("in flight", True)
    for queue in ("ingest", "clean"):
        desk.drain([queue])
        assert place(desk)[1], queue
    assert place(desk) == ("in flight", True)
    desk.drain(["score"])
    assert desk.one("SELECT status FROM stage.documents") == "gated"
    assert place(desk) == ("in flight", True)  # not with people before it is in their queue
    desk.drain()
    assert place(desk) == ("review", True)
    (row,) = desk.rows("SELECT * FROM ops.conservation")
    assert row["cells_in_raw_values"] == row["cells_linked"] == row["cells_present"] > 12
    for column in (2, 5):
        desk.db.execute("SELECT clean.map_column(%s, %s, NULL)", [document_id, column])
        assert place(desk)[1]
    desk.drain()
    assert place(desk) == ("accepted", True)
    desk.rows("SELECT * FROM clean.reclean()")
    assert place(desk)[1]


def test_a_rejected_file_is_in_one_place(desk: Desk) -> None:
    path = desk.directory / "none.csv"
    path.write_bytes(b"")
    desk.register(path)
    desk.drain()
    assert place(desk) == ("rejected", True)


def test_a_dead_letter_is_a_place(desk: Desk) -> None:
    desk.db.execute("UPDATE ops.queue_policy SET max_attempts = 1")
    desk.register(desk.write(HEADER, ROWS))
    desk.drain(["ingest"])
    desk.db.execute(
        "UPDATE stage.cleaning_rules SET pattern = 'no_such_function' WHERE rule_name = 'name.normalise'"
    )
    with pytest.raises(AssertionError, match="no_such_function"):
        desk.drain()
    assert place(desk) == ("dead letter", True)


def test_a_gated_document_whose_questions_cannot_be_asked_is_a_dead_letter_until_they_are(desk: Desk) -> None:
    desk.db.execute("UPDATE ops.queue_policy SET max_attempts = 1")
    desk.register(desk.write(HEADER, ROWS))
    desk.drain(["ingest", "clean", "score"])
    desk.db.execute("DELETE FROM review.policy WHERE name = 'audit_rate'")
    with pytest.raises(AssertionError, match="audit_rate"):
        desk.drain()
    assert place(desk) == ("dead letter", True)
    desk.db.execute("INSERT INTO review.policy VALUES ('audit_rate', 0, '')")
    desk.db.execute("SELECT ops.requeue_dead_letters('ask')")
    desk.drain()
    assert place(desk) == ("review", True)


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM stage.rows WHERE row_index = 1",
        "DELETE FROM stage.raw_values WHERE column_position = 1 AND value_no = 1",
        "DELETE FROM stage.cell_values WHERE column_position = 2 AND value_no = 1",
        "UPDATE stage.raw_values SET cell_count = cell_count + 1 WHERE column_position = 1 AND value_no = 1",
        "UPDATE stage.rows SET value_nos = value_nos || 1 WHERE row_index = 1",
        "UPDATE stage.documents SET status = 'read'",
        "UPDATE stage.documents SET status = 'cleaned'",
    ],
)
def test_it_fails_where_something_is_lost_or_doubled(desk: Desk, harm: str) -> None:
    desk.clean(HEADER, ROWS)
    assert desk.broken() == []
    assert desk.db.execute(harm).rowcount > 0
    assert len(desk.broken()) == 1
