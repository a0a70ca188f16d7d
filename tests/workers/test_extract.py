"""The job `extract` on a real database, a real object store and real pages.

What it doubles: Triton. `Double` stands for `workers.triton.Model`; it reads the same PDFs with pdfium and the geometric
engine, and fails on demand. tests/triton holds what needs the real server.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from tests.pdf_files import FLEET, HEADER, bomb_pdf, fleet_pdf, locked_pdf, pdf, table_page
from workers import runtime
from workers.cli_ingest import Source, register_file
from workers.errors import OceanidError, ServiceUnavailable
from workers.jobs import extract
from workers.objects import object_store
from workers.settings import Settings
from workers.triton import ModelDied

pytest.importorskip("pypdfium2", reason="extra pdf is not installed")
pytest.importorskip("PIL", reason="extra pdf is not installed")


class Double:
    """A model that reads with pdfium and the geometric engine instead of Docling in Triton."""

    asked: ClassVar[list[tuple[int, int]]] = []
    fault: ClassVar[Callable[[int], Exception | None]] = staticmethod(lambda first: None)
    away: ClassVar[bool] = False
    lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, url: str) -> None:
        pass

    def describe(self, seconds: float) -> dict[str, Any]:
        if Double.away:
            raise ServiceUnavailable("Triton does not answer.", hint="Start it.")
        return {"engine": "double", "model_version": "1", "options": {}, "versions": {}}

    def read(self, content: bytes, first: int, last: int, **_: Any) -> dict[str, Any]:
        from workers.pdf.pdfium import read_pages
        from workers.pdf.tables import find_tables

        with Double.lock:
            Double.asked.append((first, last))
        if error := Double.fault(first):
            raise error
        pages: list[dict[str, Any]] = []
        tables: list[dict[str, Any]] = []
        with Double.lock:  # pdfium is not thread-safe
            inks = list(read_pages(content, range(first - 1, last)))
        for page_no, ink in enumerate(inks, start=first):
            found = find_tables(ink)
            pages.append(
                {
                    "page_no": page_no, "width": ink.width, "height": ink.height,
                    "text": " ".join(word.text for word in ink.words), "ocr_confidence": None, "blocks": [], "lines": [],
                    "tokens": [], "figures": [], "runtime_ms": 1.0,
                    "tables": list(range(len(tables) + 1, len(tables) + len(found) + 1)),
                }
            )  # fmt: skip
            tables += [
                {
                    "page_no": page_no, "box": list(t.box), "confidence": t.confidence, "rows": t.rows, "columns": t.columns,
                    "cells": [
                        {"row": c.row + 1, "column": c.col + 1, "row_span": c.row_span, "column_span": c.col_span,
                         "header": c.header, "text": c.text, "box": list(c.box), "confidence": c.confidence}
                        for c in t.cells
                    ],
                }
                for t in found
            ]  # fmt: skip
        return {"outcome": "done", "pages": pages, "tables": tables}

    def close(self) -> None:
        pass


class Desk:
    """A database, an object store and a directory, with the way in for PDFs."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.directory = directory
        self.settings = Settings(database_url=None, home=directory / "home")
        self.db = psycopg.connect(url, autocommit=True, row_factory=dict_row)

    def bring(self, content: bytes, name: str = "list.pdf") -> int:
        path = self.directory / name
        path.write_bytes(content)
        with psycopg.connect(self.url, autocommit=True) as conn:
            return register_file(
                conn, object_store(self.settings), path, Source("RFMO", "TEST", name)
            ).document_id

    def work(self, **more: Any) -> runtime.RunReport:
        return runtime.run(self.url, drain=True, settings=self.settings, patience=0, **more)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        return self.db.execute(query, values).fetchall()

    def document(self, document_id: int) -> dict[str, Any]:
        return self.rows("SELECT * FROM stage.documents WHERE document_id = %s", document_id)[0]

    def values(self, document_id: int) -> list[list[str]]:
        query = (
            "SELECT array_agg(raw_value ORDER BY column_position) AS texts FROM stage.cells WHERE document_id = %s"
            " GROUP BY row_index ORDER BY row_index"
        )
        return [row["texts"] for row in self.rows(query, document_id)]

    def policy(self, **values: float) -> None:
        for name, value in values.items():
            self.db.execute("UPDATE stage.pdf_policy SET value = %s WHERE name = %s", [value, name])


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(extract, "Model", Double)
    monkeypatch.setattr(extract, "address", lambda settings: "double")
    Double.asked, Double.fault, Double.away = [], staticmethod(lambda first: None), False  # type: ignore[assignment]
    one = Desk(database_url, tmp_path)
    yield one
    one.db.close()


def test_a_pdf_becomes_cells_with_pages_and_places(desk: Desk) -> None:
    document_id = desk.bring(fleet_pdf(pages=2))
    desk.work()
    document = desk.document(document_id)
    assert (document["status"], document["format"], document["row_count"]) == ("gated", "pdf", 12)
    assert desk.values(document_id) == FLEET * 2
    assert [
        r["column_name"] for r in desk.rows("SELECT column_name FROM stage.columns ORDER BY column_position")
    ] == HEADER
    places = desk.rows(
        "SELECT page_no, count(*) AS n FROM stage.cell_places GROUP BY page_no ORDER BY page_no"
    )
    assert places == [{"page_no": 1, "n": 30}, {"page_no": 2, "n": 30}]
    box = desk.rows("SELECT box FROM stage.cell_places WHERE row_index = 1 AND column_position = 3")[0]["box"]
    assert 249 < box[0] < 251 and 116 < box[3] < 124


def test_pages_are_kept_with_picture_and_text(desk: Desk) -> None:
    document_id = desk.bring(fleet_pdf(pages=2))
    desk.work()
    uuid = desk.document(document_id)["document_uuid"]
    pages = desk.rows(
        "SELECT page_no, image_key, image_sha256, text, rotation FROM stage.document_pages ORDER BY page_no"
    )
    assert [p["image_key"] for p in pages] == [f"pdf/{uuid}/v1/pages/{n:04d}.jpg" for n in (1, 2)]
    file = desk.directory / "page.jpg"
    for page in pages:
        object_store(desk.settings).get(page["image_key"], file)
        assert file.read_bytes()[:3] == b"\xff\xd8\xff"
        assert hashlib.sha256(file.read_bytes()).digest() == page["image_sha256"]
    assert "9361603" in pages[0]["text"]
    assert desk.document(document_id)["object_key"] == f"pdf/{uuid}/v1/original.pdf"
    assert uuid.version == 7


def test_a_long_pdf_is_read_in_ranges_and_comes_out_the_same(desk: Desk) -> None:
    desk.policy(pages_per_call=2)
    document_id = desk.bring(fleet_pdf(pages=5))
    desk.work()
    assert sorted(Double.asked) == [(1, 2), (3, 4), (5, 5)]
    assert desk.values(document_id) == FLEET * 5
    assert [
        r["page_no"] for r in desk.rows("SELECT page_no FROM stage.document_tables ORDER BY table_no")
    ] == [1, 2, 3, 4, 5]
    shown = desk.rows("SELECT page_no, tables FROM stage.document_pages ORDER BY page_no")
    assert [table["table_no"] for page in shown for table in page["tables"]] == [1, 2, 3, 4, 5]


def test_a_job_begun_again_asks_only_for_what_is_missing(desk: Desk) -> None:
    desk.policy(pages_per_call=1, calls_at_once=1)
    desk.db.execute("UPDATE ops.queue_policy SET park_delay = '100 milliseconds' WHERE queue = 'extract'")
    faults = iter([ModelDied("It died.")])
    Double.fault = staticmethod(lambda first: next(faults, None) if first == 3 else None)  # type: ignore[assignment]
    document_id = desk.bring(fleet_pdf(pages=4))
    desk.work(queues=["extract"])
    assert desk.document(document_id)["status"] == "received"
    assert desk.rows("SELECT attempts, parked FROM ops.job WHERE queue = 'extract'") == [
        {"attempts": 0, "parked": 1}
    ]
    before = set(Double.asked) - {(3, 3)}
    Double.asked.clear()
    runtime.run(desk.url, drain=True, settings=desk.settings, patience=20)
    assert desk.document(document_id)["status"] == "gated"
    assert set(Double.asked) == {(n, n) for n in (1, 2, 3, 4)} - before
    assert desk.values(document_id) == FLEET * 4


def test_the_same_job_twice_does_nothing_twice(desk: Desk) -> None:
    document_id = desk.bring(fleet_pdf())
    desk.work()
    counts = "SELECT (SELECT count(*) FROM stage.extraction_runs) AS runs, (SELECT count(*) FROM stage.rows) AS rows"
    before = desk.rows(counts)
    desk.db.execute("SELECT ops.requeue('extract', %s)", [f"extract:{document_id}"])
    desk.work()
    assert desk.rows(counts) == before == [{"runs": 1, "rows": 6}]
    assert len(Double.asked) == 1
    assert desk.bring(fleet_pdf()) == document_id
    assert desk.work().done == 0


def test_a_model_that_is_away_parks_the_job_and_burns_no_attempt(desk: Desk) -> None:
    Double.away = True
    document_id = desk.bring(fleet_pdf())
    for _ in range(7):
        desk.work()
        desk.db.execute(
            "SELECT pgmq.set_vt('extract', msg_id, clock_timestamp()) FROM ops.job WHERE queue = 'extract'"
        )
    job = desk.rows("SELECT attempts, parked, state, last_error FROM ops.job WHERE queue = 'extract'")[0]
    assert (job["attempts"], job["parked"], job["state"]) == (0, 7, "pending")
    assert "Start it." in job["last_error"]
    Double.away = False
    desk.work()
    assert desk.document(document_id)["status"] == "gated"


def test_a_document_on_which_the_model_keeps_dying_is_refused(desk: Desk) -> None:
    Double.fault = staticmethod(lambda first: ModelDied("It died."))  # type: ignore[assignment]
    document_id = desk.bring(fleet_pdf())
    for _ in range(4):
        desk.work()
        desk.db.execute(
            "SELECT pgmq.set_vt('extract', msg_id, clock_timestamp()) FROM ops.job WHERE queue = 'extract'"
        )
    document = desk.document(document_id)
    assert document["status"] == "rejected" and "died 3 times" in document["rejection"]
    assert len(Double.asked) == 3


def test_an_answer_that_is_late_counts_as_a_failed_attempt(desk: Desk) -> None:
    Double.fault = staticmethod(lambda first: OceanidError("The model did not read it in time."))  # type: ignore[assignment]
    desk.bring(fleet_pdf())
    desk.work()
    assert desk.rows("SELECT attempts FROM ops.job WHERE queue = 'extract'") == [{"attempts": 1}]


DAMAGED = {
    "empty": (b"%PDF-1.4\n%%EOF", "cannot be opened"),
    "cut off": (fleet_pdf()[:-40], "cut off"),
    "locked": (locked_pdf(), "locked with a password"),
    "without pages": (pdf([]), "no pages"),
    "with too many pages": (pdf([b""] * 5000), "5,000 pages; the limit is 2,000"),
    "with a page as large as a field": (pdf([b""], size=(90_000, 90_000)), "inches long"),
    "without a table": (pdf([b"BT /F1 12 Tf 72 700 Td (Nothing to see here) Tj ET"]), "No table was found"),
    "without vessels": (
        pdf(
            [table_page([["Species", "Year", "Tonnes"], ["Toothfish", "2023", "12"], ["Crab", "2024", "5"]])]
        ),
        "is a vessel list",
    ),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_pdf_is_refused_with_cause_and_cure_when_it_is(desk: Desk, kind: str) -> None:
    content, why = DAMAGED[kind]
    document_id = desk.bring(content)
    desk.work()
    document = desk.document(document_id)
    assert document["status"] == "rejected" and why in document["rejection"], document["rejection"]
    assert desk.rows("SELECT bool_and(holds) AS holds FROM ops.conservation") == [{"holds": True}]
    assert desk.rows("SELECT count(*) AS n FROM stage.rows") == [{"n": 0}]


def test_a_pdf_that_swells_is_refused_before_the_model_sees_it(desk: Desk) -> None:
    desk.policy(max_render_bytes=400_000_000, max_render_seconds=20)
    document_id = desk.bring(bomb_pdf())
    desk.work()
    document = desk.document(document_id)
    assert document["status"] == "rejected" and "exhaust readers" in document["rejection"]
    assert Double.asked == []


def test_one_bad_pdf_does_not_touch_the_others(desk: Desk) -> None:
    documents = [
        desk.bring(fleet_pdf("a"), "a.pdf"),
        desk.bring(locked_pdf(), "b.pdf"),
        desk.bring(fleet_pdf("c"), "c.pdf"),
    ]
    desk.work()
    assert [desk.document(d)["status"] for d in documents] == ["gated", "rejected", "gated"]


def test_a_refused_pdf_is_read_again_once_the_limit_is_raised(desk: Desk) -> None:
    desk.policy(max_pdf_pages=1)
    document_id = desk.bring(fleet_pdf(pages=2))
    desk.work()
    assert desk.document(document_id)["status"] == "rejected"
    desk.policy(max_pdf_pages=2)
    assert desk.bring(fleet_pdf(pages=2)) == document_id
    desk.work()
    assert desk.document(document_id)["status"] == "gated"
    runs = desk.rows("SELECT outcome FROM stage.extraction_runs ORDER BY run_id")
    assert runs == [{"outcome": "failed"}, {"outcome": "done"}]


def test_a_pdf_that_was_registered_as_any_file_goes_to_extraction(desk: Desk) -> None:
    path = desk.directory / "list.csv"
    path.write_bytes(fleet_pdf())
    digest = hashlib.sha256(path.read_bytes()).digest()
    object_store(desk.settings).put("raw/x", path)
    row = desk.rows(
        "SELECT document_id FROM stage.register_document('RFMO', 'TEST', '', 'list.csv', %s, %s, 'raw/x')",
        digest,
        path.stat().st_size,
    )[0]
    desk.work()
    assert desk.document(row["document_id"])["status"] == "gated"
    assert desk.values(row["document_id"]) == FLEET


def test_a_format_that_is_not_known_is_refused(desk: Desk) -> None:
    with pytest.raises(psycopg.Error) as refused:
        desk.db.execute(
            "SELECT stage.register_document('RFMO', 'TEST', '', 'x', sha256('x'), 1, 'x', '{}', 'docx')"
        )
    assert refused.value.sqlstate == "OC001"


def test_a_file_that_was_changed_in_the_store_becomes_a_dead_letter(desk: Desk) -> None:
    document_id = desk.bring(fleet_pdf())
    key = desk.document(document_id)["object_key"]
    Path(desk.settings.object_store_location, key).write_bytes(fleet_pdf("another"))
    desk.work()
    assert desk.rows("SELECT state FROM ops.job WHERE queue = 'extract'") == [{"state": "dead"}]


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))),
    st.binary(),
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=4),
)
def test_what_is_written_for_copy_comes_out_as_it_was(
    texts: list[str], content: bytes, box: list[float]
) -> None:
    line = extract.copy_line([texts, content, extract._Box(box), None, "".join(texts), 1.5, True])
    assert line.count("\n") == 1 and line.count("\t") == 6 and "\r" not in line
    first, second, third, *rest = (_uncopied(field) for field in line[:-1].split("\t"))
    assert __import__("json").loads(first) == texts
    assert bytes.fromhex(second.removeprefix("\\x")) == content
    assert [float(v) for v in third.strip("{}").split(",") if v] == box
    assert rest[1:] == ["".join(texts), "1.5", "true"]


def _uncopied(field: str) -> str:
    """Unescapes a field as COPY does."""
    out, marks = [], {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "N": "\\N"}
    letters = iter(field)
    for letter in letters:
        out.append(marks[next(letters)] if letter == "\\" else letter)
    return "".join(out)
