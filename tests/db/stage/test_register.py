"""stage.register_source, register_document, claim_document, accept_table, reject_document."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

FACTS: dict[str, Any] = {
    "format": "csv", "encoding": "utf-8", "encoding_method": "strict decoding", "delimiter": ",", "sheet_name": None,
    "header_row": 3, "header_height": 1, "preamble": [["List"], []], "row_count": 7, "column_count": 3,
    "warnings": [{"warning": "NUL", "count": 1, "text": "…"}],
}  # fmt: skip


def register(
    conn: psycopg.Connection,
    content: bytes,
    *,
    source: str = "NEAFC",
    list_name: str = "vessels",
    **options: Any,
) -> tuple[int, bool]:
    digest = hashlib.sha256(content).digest()
    row = conn.execute(
        "SELECT * FROM stage.register_document('RFMO', %s, %s, 'a.csv', %s, %s, %s, %s)",
        [source, list_name, digest, len(content), f"raw/{digest.hex()}", Jsonb(options)],
    ).fetchone()
    assert row is not None
    return row


def messages(conn: psycopg.Connection, queue: str) -> list[int]:
    rows = conn.execute(
        f"SELECT (message ->> 'document_id')::int FROM pgmq.q_{queue} ORDER BY msg_id"
    ).fetchall()
    return [row[0] for row in rows]


def test_a_new_file_becomes_a_document_and_its_job_is_sent(db: psycopg.Connection) -> None:
    document_id, is_new = register(db, b"a", encoding="cp1250")
    assert is_new
    row = db.execute(
        "SELECT d.status, d.version_no, d.list_name, d.byte_size, d.read_options, s.source_type, s.source_name"
        " FROM stage.documents AS d JOIN stage.source AS s USING (source_id) WHERE d.document_id = %s",
        [document_id],
    ).fetchone()
    assert row == ("received", 1, "vessels", 1, {"encoding": "cp1250"}, "RFMO", "NEAFC")
    assert messages(db, "ingest") == [document_id]


def test_the_same_bytes_of_a_source_are_the_same_document(db: psycopg.Connection) -> None:
    first = register(db, b"a")
    assert register(db, b"a") == (first[0], False)
    assert register(db, b"a", list_name="other") == (first[0], False)
    assert messages(db, "ingest") == [first[0]]


def test_the_same_bytes_of_another_source_are_another_document(db: psycopg.Connection) -> None:
    assert register(db, b"a")[0] != register(db, b"a", source="NAFO")[0]


def test_another_file_of_a_list_is_its_next_version(db: psycopg.Connection) -> None:
    for content in (b"a", b"b", b"c"):
        register(db, content)
    register(db, b"d", list_name="carriers")
    rows = db.execute("SELECT list_name, version_no FROM stage.documents ORDER BY document_id").fetchall()
    assert rows == [("vessels", 1), ("vessels", 2), ("vessels", 3), ("carriers", 1)]


def test_a_document_without_its_job_cannot_come_about(db: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), db.transaction():
        register(db, b"a")
        db.execute("SELECT 1 / 0")
    assert messages(db, "ingest") == []
    assert db.execute("SELECT count(*) FROM stage.documents").fetchone() == (0,)


def test_files_registered_at_once_get_versions_without_gaps(
    db: psycopg.Connection, database_url: str
) -> None:
    results: list[tuple[int, bool]] = []
    gate = threading.Barrier(6)

    def one(number: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            gate.wait()
            # Each file twice, so that three documents come out of six calls.
            results.append(register(conn, b"file %d" % (number % 3)))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(is_new for _, is_new in results) == [False, False, False, True, True, True]
    versions = db.execute("SELECT version_no FROM stage.documents ORDER BY 1").fetchall()
    assert versions == [(1,), (2,), (3,)]
    assert len(messages(db, "ingest")) == 3


def test_a_rejected_file_registered_again_is_read_again(db: psycopg.Connection) -> None:
    document_id, _ = register(db, b"a")
    # As the worker does it: the job ends with the rejection.
    db.execute("SELECT stage.reject_document(%s, 'It is no table.')", [document_id])
    db.execute("UPDATE ops.job SET state = 'done', ended_at = now()")
    db.execute("SELECT pgmq.purge_queue('ingest')")
    assert register(db, b"a", delimiter=";") == (document_id, False)
    row = db.execute("SELECT status, rejection, read_options FROM stage.documents").fetchone()
    assert row == ("received", None, {"delimiter": ";"})
    assert messages(db, "ingest") == [document_id]


def test_a_source_is_made_once_and_its_type_is_written_in_capitals(db: psycopg.Connection) -> None:
    first = db.execute("SELECT stage.register_source('rfmo ', ' NEAFC')").fetchone()
    assert db.execute("SELECT stage.register_source('RFMO', 'NEAFC')").fetchone() == first
    assert db.execute("SELECT source_type, source_name FROM stage.source").fetchall() == [("RFMO", "NEAFC")]


@pytest.mark.parametrize(
    ("source_type", "source_name"),
    [("GLOBAL", "X"), ("two words", "X"), ("", "X"), (None, "X"), ("RFMO", " "), ("RFMO", None)],
)
def test_a_malformed_source_is_refused_with_a_hint(
    db: psycopg.Connection, source_type: str | None, source_name: str | None
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        db.execute("SELECT stage.register_source(%s, %s)", [source_type, source_name])
    assert caught.value.sqlstate == "OC001"
    assert caught.value.diag.message_hint


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": b"x"},
        {"sha256": None},
        {"size": -1},
        {"key": ""},
        {"name": ""},
        {"options": {"colour": "red"}},
    ],
)
def test_a_malformed_registration_is_refused(db: psycopg.Connection, change: dict[str, Any]) -> None:
    values = {"sha256": b"x" * 32, "size": 1, "key": "raw/x", "name": "a.csv", "options": {}} | change
    with pytest.raises(psycopg.Error) as caught:
        db.execute(
            "SELECT stage.register_document('RFMO', 'X', NULL, %s, %s, %s, %s, %s)",
            [values["name"], values["sha256"], values["size"], values["key"], Jsonb(values["options"])],
        )
    assert caught.value.sqlstate == "OC001"
    assert db.execute("SELECT count(*) FROM stage.documents").fetchone() == (0,)


def test_an_accepted_table_has_columns_facts_and_the_next_job(db: psycopg.Connection) -> None:
    document_id, _ = register(db, b"a")
    db.execute(
        "SELECT stage.accept_table(%s, %s, %s)", [document_id, Jsonb([["Name", "Name"]]), Jsonb(FACTS)]
    )
    row = db.execute(
        "SELECT status, format, encoding, encoding_method, delimiter, sheet_name, header_row, header_height, preamble,"
        " row_count, column_count, read_at IS NOT NULL FROM stage.documents"
    ).fetchone()
    assert row == (
        "read", "csv", "utf-8", "strict decoding", ",", None, 3, 1, [["List"], []], 7, 3, True,
    )  # fmt: skip
    columns = db.execute(
        "SELECT column_position, header_raw, column_name FROM stage.columns ORDER BY column_position"
    ).fetchall()
    assert columns == [(1, "Name", "Name"), (2, "Name", "Name (2)"), (3, None, "column_3")]
    warnings = db.execute("SELECT warnings FROM stage.documents").fetchone()
    assert warnings is not None
    assert [w["warning"] for w in warnings[0]] == ["NUL", "duplicate headers"]
    assert messages(db, "clean") == [document_id]


def test_a_table_without_header_gets_numbered_columns_and_a_warning(db: psycopg.Connection) -> None:
    document_id, _ = register(db, b"a")
    db.execute(
        "SELECT stage.accept_table(%s, '[]', %s)",
        [document_id, Jsonb({**FACTS, "header_height": 0, "warnings": []})],
    )
    assert db.execute(
        "SELECT array_agg(column_name ORDER BY column_position) FROM stage.columns"
    ).fetchone() == (["column_1", "column_2", "column_3"],)
    assert db.execute("SELECT warnings -> 0 ->> 'warning' FROM stage.documents").fetchone() == ("no header",)


def test_a_document_is_accepted_once(db: psycopg.Connection) -> None:
    document_id, _ = register(db, b"a")
    accept: Callable[[], Any] = lambda: db.execute(  # noqa: E731
        "SELECT stage.accept_table(%s, '[[\"Name\"]]', %s)", [document_id, Jsonb(FACTS)]
    )
    accept()
    with pytest.raises(psycopg.Error) as caught:
        accept()
    assert caught.value.sqlstate == "OC002"
    assert db.execute("SELECT stage.claim_document(%s)", [document_id]).fetchone() == (False,)
    assert db.execute("SELECT stage.reject_document(%s, 'late')", [document_id]).fetchone() == (False,)


def test_a_rejection_says_why(db: psycopg.Connection) -> None:
    document_id, _ = register(db, b"a")
    assert db.execute("SELECT stage.claim_document(%s)", [document_id]).fetchone() == (True,)
    with pytest.raises(psycopg.Error) as caught:
        db.execute("SELECT stage.reject_document(%s, ' ')", [document_id])
    assert caught.value.sqlstate == "OC001"
    assert db.execute("SELECT stage.reject_document(%s, 'Empty.')", [document_id]).fetchone() == (True,)
    assert db.execute("SELECT status, rejection FROM stage.documents").fetchone() == ("rejected", "Empty.")


def test_an_unknown_document_is_named(db: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error) as caught:
        db.execute("SELECT stage.claim_document(42)")
    assert caught.value.sqlstate == "OC404"
    assert "42" in str(caught.value)
