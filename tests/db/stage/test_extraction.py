"""What becomes of the tables that were found in a PDF: vessel lists become rows, everything else is kept."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.pdf_runs import Grid, pdf_document, store_run

HEADER = ["Vessel Name", "Flag State", "IMO", "Length (m)"]
LIST: Grid = [HEADER, ["Orion", "Japan", "9891799", "57.85"], ["Tronio", "Spain", "9361603", "55.00"]]
CATCHES: Grid = [["Species", "2023", "2024"], ["Toothfish", "12", "13"], ["Crab", "4", "5"]]
SHORT_OF_ROOM = hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def accept(db: psycopg.Connection[Any], *tables: tuple[int, Grid], **facts: Any) -> tuple[int, Any]:
    document_id = pdf_document(db, facts.pop("name", "list.pdf"))
    run_id = store_run(db, document_id, tables, **facts)
    with db.transaction():
        db.execute("SELECT stage.accept_extraction(%s, %s)", [document_id, run_id])
    return document_id, run_id


def rows_of(db: psycopg.Connection[Any], document_id: int) -> list[list[str | None]]:
    return [
        row[0]
        for row in db.execute(
            "SELECT array_agg(raw_value ORDER BY column_position) FROM stage.cells"
            " WHERE document_id = %s GROUP BY row_index ORDER BY row_index",
            [document_id],
        )
    ]


def names_of(db: psycopg.Connection[Any], document_id: int) -> list[str]:
    query = "SELECT column_name FROM stage.columns WHERE document_id = %s ORDER BY column_position"
    return [row[0] for row in db.execute(query, [document_id])]


def roles_of(db: psycopg.Connection[Any], run_id: Any) -> list[tuple[int, int, str]]:
    query = "SELECT table_no, row_no, role FROM stage.table_rows WHERE run_id = %s ORDER BY 1, 2"
    return db.execute(query, [run_id]).fetchall()


def judged(db: psycopg.Connection[Any], run_id: Any) -> list[tuple[bool, str]]:
    query = "SELECT is_vessel_list, reason FROM stage.document_tables WHERE run_id = %s ORDER BY table_no"
    return db.execute(query, [run_id]).fetchall()


def status_of(db: psycopg.Connection[Any], document_id: int) -> tuple[str, str | None]:
    query = "SELECT status, rejection FROM stage.documents WHERE document_id = %s"
    return db.execute(query, [document_id]).fetchone()  # type: ignore[return-value]


def jobs(db: psycopg.Connection[Any]) -> list[str]:
    return [
        row[0]
        for row in db.execute("SELECT job_key FROM ops.job WHERE queue <> 'raw_store' ORDER BY job_key")
    ]


def test_a_vessel_list_becomes_the_rows_of_its_document(db: psycopg.Connection[Any]) -> None:
    document_id, run_id = accept(db, (1, LIST))
    assert names_of(db, document_id) == HEADER
    assert rows_of(db, document_id) == LIST[1:]
    assert status_of(db, document_id) == ("read", None)
    assert jobs(db) == [f"clean:{document_id}", f"extract:{document_id}"]
    assert roles_of(db, run_id) == [(1, 1, "header"), (1, 2, "data"), (1, 3, "data")]


def test_every_cell_knows_its_page_and_its_place(db: psycopg.Connection[Any]) -> None:
    document_id, _ = accept(db, (7, LIST))
    places = db.execute(
        "SELECT c.raw_value, p.page_no, p.box FROM stage.cells AS c"
        " JOIN stage.cell_places AS p USING (document_id, row_index, column_position)"
        " WHERE c.document_id = %s ORDER BY row_index, column_position",
        [document_id],
    ).fetchall()
    assert len(places) == 8
    assert places[4] == ("Tronio", 7, [0.0, 40.0, 95.0, 58.0])


def test_a_table_without_header_goes_on_from_the_list_on_the_page_before(db: psycopg.Connection[Any]) -> None:
    more = [["Daito Maru", "Japan", "9100372", "49.90"], ["Ibsa Quinto", "Spain", "8916944", "49.00"]]
    document_id, run_id = accept(db, (1, LIST), (2, more), (3, [["Ndume", "Namibia", "8510817", "47.00"]]))
    assert rows_of(db, document_id) == [*LIST[1:], *more, ["Ndume", "Namibia", "8510817", "47.00"]]
    assert [reason for _, reason in judged(db, run_id)][1:] == ["goes on from table 1"] * 2


def test_a_table_two_pages_on_does_not_go_on(db: psycopg.Connection[Any]) -> None:
    document_id, run_id = accept(db, (1, LIST), (3, [["Ndume", "Namibia", "8510817", "47.00"]]))
    assert rows_of(db, document_id) == LIST[1:]
    assert [yes for yes, _ in judged(db, run_id)] == [True, False]


def test_columns_that_go_on_are_told_by_where_they_stand(db: psycopg.Connection[Any]) -> None:
    """The engine dropped a column that was blank on the second page."""
    document_id = pdf_document(db)
    run_id = store_run(db, document_id, [(1, LIST), (2, [["Ndume", "8510817", "47.00"]])])
    db.execute(
        "UPDATE stage.table_cells SET box = ARRAY[box[1] + 100, box[2], box[3] + 100, box[4]]"
        " WHERE run_id = %s AND table_no = 2 AND column_no > 1",
        [run_id],
    )
    assert db.execute("SELECT * FROM stage.continues_table(%s, %s, 1, 2)", [document_id, run_id]).fetchall() == [
        (1, 1), (2, 3), (3, 4),
    ]  # fmt: skip
    with db.transaction():
        db.execute("SELECT stage.accept_extraction(%s, %s)", [document_id, run_id])
    assert rows_of(db, document_id)[-1] == ["Ndume", None, "8510817", "47.00"]


def test_a_table_whose_columns_stand_elsewhere_does_not_go_on(db: psycopg.Connection[Any]) -> None:
    _, run_id = accept(
        db, (1, [["Name", "Flag", "IMO"], ["Orion", "Japan", "9891799"]]), (2, [["a", "b", "c", "d"]])
    )
    assert [yes for yes, _ in judged(db, run_id)] == [True, False]


def test_headers_that_come_again_are_no_vessels(db: psycopg.Connection[Any]) -> None:
    document_id, run_id = accept(
        db, (1, [*LIST, HEADER, ["Ndume", "Namibia", "8510817", "47.00"]]), (2, LIST)
    )
    assert len(rows_of(db, document_id)) == 5
    assert (1, 4, "repeated header") in roles_of(db, run_id)
    assert names_of(db, document_id) == HEADER


def test_titles_between_rows_are_no_vessels_and_a_warning_says_so(db: psycopg.Connection[Any]) -> None:
    grid = [HEADER, ["European Union"], *LIST[1:], ["Total: 2"]]
    document_id, run_id = accept(db, (1, grid), spans={(1, 2, 1): (1, 4)})
    assert rows_of(db, document_id) == LIST[1:]
    assert [role for _, _, role in roles_of(db, run_id)] == ["header", "heading", "data", "data", "heading"]
    warnings = db.execute(
        "SELECT warnings FROM stage.documents WHERE document_id = %s", [document_id]
    ).fetchone()
    assert warnings is not None and warnings[0][0]["count"] == 2


def test_a_cell_over_several_rows_stands_in_each(db: psycopg.Connection[Any]) -> None:
    grid = [HEADER, ["Orion", "Japan", "9891799", "57.85"], ["Daito", "", "9100372", "49.90"], LIST[2]]
    document_id, _ = accept(db, (1, grid), spans={(1, 2, 2): (2, 1)})
    assert [row[1] for row in rows_of(db, document_id)] == ["Japan", "Japan", "Spain"]
    place = db.execute(
        "SELECT row_no FROM stage.cell_places WHERE document_id = %s AND row_index = 2 AND column_position = 2",
        [document_id],
    ).fetchall()
    assert place == [(2,)]


def test_a_blank_cell_is_blank_and_a_missing_column_is_missing(db: psycopg.Connection[Any]) -> None:
    second = [["Vessel Name", "Flag State", "IMO", "Call Sign"], ["Ndume", "", "8510817", "V5RE"]]
    document_id, _ = accept(db, (1, LIST), (2, second))
    assert names_of(db, document_id) == [*HEADER, "Call Sign"]
    assert rows_of(db, document_id)[-1] == ["Ndume", "", "8510817", None, "V5RE"]


def test_a_header_of_two_rows_names_its_columns(db: psycopg.Connection[Any]) -> None:
    grid = [
        ["Vessel Name", "Flag", "Length", "", "IMO"],
        ["", "", "LOA", "LBP", ""],
        ["Orion", "JPN", "57.8", "51.0", "9891799"],
        ["Tronio", "ESP", "55.0", "49.1", "9361603"],
    ]
    document_id, _ = accept(db, (1, grid), spans={(1, 1, 3): (1, 2)})
    assert names_of(db, document_id) == ["Vessel Name", "Flag", "Length LOA", "Length LBP", "IMO"]
    assert len(rows_of(db, document_id)) == 2


def test_tables_that_are_no_vessel_lists_are_kept_and_not_cleaned(db: psycopg.Connection[Any]) -> None:
    document_id, run_id = accept(db, (1, CATCHES), (2, LIST))
    assert rows_of(db, document_id) == LIST[1:]
    (first, why), (second, _) = judged(db, run_id)
    assert (first, second) == (False, True)
    assert "names a vessel" in why
    kept = db.execute(
        "SELECT count(*) FROM stage.table_cells WHERE run_id = %s AND table_no = 1", [run_id]
    ).fetchone()
    assert kept == (9,)


def test_a_pdf_without_a_vessel_list_is_rejected_with_the_cure_and_keeps_its_tables(
    db: psycopg.Connection[Any],
) -> None:
    document_id, run_id = accept(db, (1, CATCHES))
    status, why = status_of(db, document_id)
    assert status == "rejected" and why is not None and "ref.header_alias" in why
    assert judged(db, run_id)[0][0] is False
    assert rows_of(db, document_id) == []


def test_a_pdf_without_tables_is_rejected(db: psycopg.Connection[Any]) -> None:
    document_id, _ = accept(db)
    assert status_of(db, document_id)[0] == "rejected"


def test_what_makes_a_vessel_list_is_policy(db: psycopg.Connection[Any]) -> None:
    db.execute("UPDATE stage.pdf_policy SET value = 5 WHERE name = 'vessel_list_fields'")
    document_id, run_id = accept(db, (1, LIST))
    assert status_of(db, document_id)[0] == "rejected"
    assert judged(db, run_id) == [(False, "4 of 4 headers are known fields (5 asked)")]


def test_a_document_is_accepted_once(db: psycopg.Connection[Any]) -> None:
    document_id, run_id = accept(db, (1, LIST))
    with pytest.raises(psycopg.Error) as refused:
        db.execute("SELECT stage.accept_extraction(%s, %s)", [document_id, run_id])
    assert refused.value.sqlstate == "OC002"
    assert len(rows_of(db, document_id)) == 2


@pytest.mark.parametrize("limit", ["max_cell_length", "max_columns"])
def test_a_list_beyond_the_limits_is_rejected_and_leaves_no_row(
    db: psycopg.Connection[Any], limit: str
) -> None:
    db.execute("UPDATE stage.limits SET value = 3 WHERE name = %s", [limit])
    document_id, _ = accept(db, (1, LIST))
    status, why = status_of(db, document_id)
    assert status == "rejected" and why is not None and limit in why
    assert db.execute("SELECT count(*) FROM stage.rows").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM stage.cell_places").fetchone() == (0,)
    assert db.execute("SELECT holds FROM ops.conservation").fetchone() == (True,)


def test_a_place_is_new_for_a_new_file_and_the_old_one_for_a_known_file(db: psycopg.Connection[Any]) -> None:
    place = "SELECT document_uuid, object_key, is_known FROM stage.place_document('RFMO', 'TEST', '', sha256('x'))"
    document_uuid, key, known = db.execute(place).fetchone()  # type: ignore[misc]
    assert (key, known) == (f"pdf/{document_uuid}/v1/original.pdf", False)
    assert document_uuid.version == 7
    register = (
        "SELECT document_id, is_new FROM stage.register_document('RFMO', 'TEST', '', 'x.pdf', sha256('x'), 1, %s, '{}',"
        " 'pdf', %s)"
    )
    document_id, is_new = db.execute(register, [key, document_uuid]).fetchone()  # type: ignore[misc]
    assert is_new
    assert db.execute(place).fetchone() == (document_uuid, key, True)
    other = db.execute(
        "SELECT object_key FROM stage.place_document('RFMO', 'TEST', '', sha256('y'))"
    ).fetchone()
    assert other is not None and other[0].endswith("/v2/original.pdf")
    assert jobs(db) == [f"extract:{document_id}"]


def test_uuids_sort_by_the_time_they_were_made(db: psycopg.Connection[Any]) -> None:
    made = [db.execute("SELECT stage.uuid_v7(), pg_sleep(0.002)").fetchone()[0] for _ in range(5)]  # type: ignore[index]
    assert made == sorted(made) and {(u.version, u.variant) for u in made} == {(7, "specified in RFC 4122")}
    now = db.execute("SELECT extract(EPOCH FROM clock_timestamp()) * 1000").fetchone()[0]  # type: ignore[index]
    assert 0 <= now - (made[-1].int >> 80) < 60_000


def test_a_rejected_pdf_that_is_registered_again_is_extracted_again(db: psycopg.Connection[Any]) -> None:
    document_id = pdf_document(db)
    (job,) = db.execute("SELECT * FROM ops.take('extract', 'w')").fetchall()
    with db.transaction():
        db.execute("SELECT stage.reject_document(%s, 'It is locked.')", [document_id])
        db.execute(
            "SELECT ops.finish('extract', msg_id, read_ct) FROM (SELECT msg_id, lease AS read_ct FROM ops.job) AS j"
        )
    assert db.execute("SELECT state FROM ops.job").fetchone() == ("done",), job
    assert pdf_document(db) == document_id
    assert db.execute("SELECT queue, state, sends FROM ops.job").fetchall() == [("extract", "pending", 2)]
    assert status_of(db, document_id) == ("received", None)


def test_a_document_that_was_read_is_not_sent_to_extraction(db: psycopg.Connection[Any]) -> None:
    document_id, _ = accept(db, (1, LIST))
    assert db.execute("SELECT stage.extract_document(%s)", [document_id]).fetchone() == (False,)


def test_deaths_of_the_model_are_counted_for_the_message_in_hand(db: psycopg.Connection[Any]) -> None:
    document_id = pdf_document(db)
    for reason in ("ModelDied: it died", "ServiceUnavailable: not there", "ModelDied: again"):
        db.execute("SELECT pgmq.set_vt('extract', msg_id, clock_timestamp()) FROM ops.job")
        db.execute("SELECT ops.take('extract', 'w')")
        lease = db.execute("SELECT msg_id, lease FROM ops.job").fetchone()
        assert lease is not None
        db.execute("SELECT ops.begin_attempt('extract', %s, %s)", lease)
        db.execute("SELECT ops.park('extract', %s, %s, %s)", [*lease, reason])
    assert db.execute("SELECT stage.model_deaths(%s)", [document_id]).fetchone() == (2,)
    db.execute("UPDATE ops.job SET msg_id = msg_id + 1000")  # sent again
    assert db.execute("SELECT stage.model_deaths(%s)", [document_id]).fetchone() == (0,)


def test_the_raw_store_is_told_where_there_is_one(db: psycopg.Connection[Any]) -> None:
    db.execute("INSERT INTO ops.queue_policy (queue) VALUES ('raw_store') ON CONFLICT DO NOTHING")
    document_id, run_id = accept(db, (1, LIST))
    payload = db.execute("SELECT payload FROM ops.job WHERE queue = 'raw_store'").fetchone()
    assert payload == ({"document_id": document_id, "run_id": str(run_id)},)


def test_cells_read_with_little_confidence_are_reviewed(db: psycopg.Connection[Any]) -> None:
    document_id, _ = accept(db, (1, LIST), confidence=0.3)
    db.execute("SELECT clean.clean_document(%s)", [document_id])
    found = db.execute(
        "SELECT count(*), min(reason) FROM stage.cell_findings WHERE finding = 'read_badly'"
    ).fetchone()
    assert found == (8, "Read from page 1 with confidence 0.30")


def test_rectangles_are_percentages_of_the_page(db: psycopg.Connection[Any]) -> None:
    document_id, _ = accept(db, (1, LIST))
    shown = db.execute(
        "SELECT label, x, y, width, height FROM stage.page_prelabels"
        " WHERE document_id = %s AND (row_no = 2 AND column_no = 2 OR row_no IS NULL) ORDER BY label",
        [document_id],
    ).fetchall()
    assert [tuple(r[:1]) + tuple(round(v, 3) for v in r[1:]) for r in shown] == [
        ("cell", 10, 4, 9.5, 3.6), ("vessel_table", 0, 0, 50, 20),
    ]  # fmt: skip


def test_conservation_holds_for_what_came_from_a_pdf(db: psycopg.Connection[Any]) -> None:
    accept(db, (1, LIST), name="a.pdf")
    accept(db, (1, CATCHES), name="b.pdf")
    assert db.execute("SELECT bool_and(holds) FROM ops.conservation").fetchone() == (True,)


TEXTS = st.text(st.characters(exclude_categories=("C", "Z"), max_codepoint=0x24F), max_size=6)


@SHORT_OF_ROOM
@given(
    st.lists(
        st.tuples(st.text("abcXYZ", min_size=1, max_size=6), TEXTS, TEXTS, TEXTS), min_size=2, max_size=12
    ),
    st.integers(1, 11),
)
def test_no_filled_cell_is_lost_wherever_the_page_ends(
    db: psycopg.Connection[Any], rows: list[tuple[str, ...]], cut: int
) -> None:
    """Every row of two texts or more comes out as it went in, whether the list ends on its page or goes on."""
    data = [list(row) for row in rows if sum(map(bool, row)) > 1]
    db.execute("DELETE FROM stage.documents")
    db.execute(
        "TRUNCATE stage.rows, stage.raw_values, stage.table_rows, stage.table_columns, stage.table_cells"
    )
    first, rest = data[:cut], data[cut:]
    document_id, run_id = accept(
        db, (1, [HEADER, *first]), *([(2, rest)] if rest else []), name=f"{rows!r}{cut}.pdf"
    )
    (listed, _), *more = judged(db, run_id)
    kept = data if all(yes for yes, _ in more) else first
    if listed and kept and status_of(db, document_id)[0] == "read":
        # a column that a page leaves out altogether is missing there, not blank
        assert [[text or "" for text in row] for row in rows_of(db, document_id)] == kept
