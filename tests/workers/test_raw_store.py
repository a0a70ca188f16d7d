"""The append-only raw store: what goes in is what is there, nothing there changes, and a change is noticed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.pdf_runs import pdf_document, store_run
from workers.errors import ConfigurationError, JobRejected, OceanidError, ServiceUnavailable
from workers.jobs import raw_store as job_module
from workers.raw_store import RawStore, raw_store, write_parquet
from workers.runtime import RunReport, Services, run
from workers.settings import Settings

duckdb = pytest.importorskip("duckdb", reason="the extra `raw-store` is not installed")

TEXTS = ["ORION\tNZL\n9000000", "", 'Łódź “船舶” \\ \' " {"a": 1}\u2028', "x" * 200_000]


class Bench:
    """Runs of extraction written by hand, the worker's job, and the DuckDB file."""

    def __init__(self, db: psycopg.Connection[Any], url: str, home: Path) -> None:
        self.db, self.url, self.settings = db, url, Settings(home=home)

    def one(self, query: str, *values: Any) -> Any:
        row = self.db.execute(query, values).fetchone()
        return row[0] if row else None

    def run(self, texts: list[str], document_id: int | None = None, send: bool = True) -> tuple[int, str]:
        """A finished run with one page a text; its job is sent."""
        document_id = document_id or pdf_document(self.db, f"{uuid.uuid4()}.pdf")
        run_id = str(
            self.one(
                "INSERT INTO stage.extraction_runs (document_id, started_at, outcome, engine, model_version, params)"
                " VALUES (%s, now(), 'done', 'geometric', '1', '{\"dpi\": 200}') RETURNING run_id",
                document_id,
            )
        )
        for page_no, text in enumerate(texts, 1):
            self.db.execute(
                "INSERT INTO stage.document_pages (document_id, run_id, page_no, width, height, text, text_sha256,"
                " image_sha256, ocr_confidence, blocks, runtime_ms)"
                " VALUES (%s, %s, %s, 595.28, 841.89, %s, %s, %s, 0.97, %s, 12.5)",
                [
                    document_id, run_id, page_no, text, hashlib.sha256(text.encode()).digest(),
                    hashlib.sha256(b"image").digest(), Jsonb([{"text": text[:50], "box": [0, 0, 10.5, 10]}]),
                ],
            )  # fmt: skip
        if send:
            self.db.execute(
                "SELECT ops.enqueue('raw_store', %s, %s)",
                [Jsonb({"document_id": document_id, "run_id": run_id}), f"raw_store:{run_id}"],
            )
        return document_id, run_id

    def work(self) -> RunReport:
        return run(self.url, ["raw_store"], drain=True, settings=self.settings)

    def query(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with raw_store(self.settings) as store:
            return store.query(query, values)

    def check(self) -> list[tuple[str, str]]:
        """Check the store; alerts as (subject, message)."""
        assert self.one("SELECT stage.check_raw_store()") is not None
        self.work()
        return self.db.execute(
            "SELECT subject, message FROM ops.alert WHERE name = 'raw_store.changed' ORDER BY 1"
        ).fetchall()

    @property
    def file(self) -> Path:
        return Path(self.settings.raw_store_location)


@pytest.fixture
def bench(db: psycopg.Connection[Any], database_url: str, tmp_path: Path) -> Bench:
    return Bench(db, database_url, tmp_path)


def test_a_run_lies_in_the_store_as_it_was_read(bench: Bench) -> None:
    document_id, run_id = bench.run(TEXTS)
    assert bench.work().done == 1
    pages = bench.query(
        "SELECT page_num, text, text_sha256, page_width, ocr_confidence, blocks_json FROM raw_pages ORDER BY 1"
    )
    assert [page[1] for page in pages] == TEXTS
    assert [page[2] for page in pages] == [hashlib.sha256(text.encode()).hexdigest() for text in TEXTS]
    assert pages[0][3:5] == (595.28, 0.97)
    assert json.loads(pages[2][5]) == [{"text": TEXTS[2][:50], "box": [0, 0, 10.5, 10]}]
    names = [row[0] for row in bench.query("SELECT column_name FROM (DESCRIBE raw_documents)")]
    assert names == [
        "doc_id", "run_id", "ingest_ts", "filename", "r2_key", "content_type", "size_bytes", "doc_sha256", "uploader",
        "source_meta_json", "hf_space_commit", "ocr_model", "ocr_image_digest", "ocr_params_json",
    ]  # fmt: skip
    row = bench.query(
        "SELECT doc_id, run_id, content_type, ocr_model, source_meta_json, ocr_params_json FROM raw_documents"
    )[0]
    uuid_ = bench.one("SELECT document_uuid FROM stage.documents WHERE document_id = %s", document_id)
    assert (row[0], str(row[1]), row[2], row[3]) == (uuid_, run_id, "application/pdf", "geometric 1")
    assert json.loads(row[4])["source_name"] == "TEST" and json.loads(row[5]) == {"dpi": 200}
    load = bench.db.execute("SELECT run_id::text, pages, parquet_keys FROM stage.raw_loads").fetchone()
    assert load is not None and load[:2] == (run_id, 4)


def test_an_accepted_extraction_sends_its_run_by_itself(bench: Bench) -> None:
    document_id = pdf_document(bench.db)
    run_id = store_run(
        bench.db, document_id, [(1, [["Vessel Name", "Flag", "IMO"], ["Orion", "Japan", "9891799"]])]
    )
    bench.db.execute("SELECT stage.accept_extraction(%s, %s)", [document_id, run_id])
    assert bench.work().done == 1
    assert bench.query("SELECT run_id, page_num FROM raw_pages") == [(run_id, 1)]
    assert bench.check() == []


def test_the_parquet_is_compressed_partitioned_by_day_and_kept(bench: Bench) -> None:
    _, run_id = bench.run(TEXTS)
    bench.work()
    day = bench.one("SELECT to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM stage.extraction_runs")
    key = f"raw_store/raw_pages/ingest_date={day}/{run_id}.parquet"
    assert key in bench.one("SELECT parquet_keys FROM stage.raw_loads")
    path = Path(bench.settings.object_store_location) / key
    with duckdb.connect() as look:
        codecs = look.execute("SELECT DISTINCT compression FROM parquet_metadata(?)", [str(path)]).fetchall()
        assert codecs == [("ZSTD",)]
        root = path.parents[1]
        days = look.execute(
            f"SELECT DISTINCT ingest_date::VARCHAR FROM read_parquet('{root}/**/*.parquet', hive_partitioning = true)"
        ).fetchall()
    assert days == [(day,)]


def test_exported_again_every_text_has_the_same_hash(bench: Bench) -> None:
    bench.run(TEXTS)
    bench.run(["another"])
    bench.work()
    query = "SELECT doc_id, run_id, page_num, text_sha256, blocks_json FROM raw_pages ORDER BY 1, 2, 3"
    before = bench.query(query)
    bench.file.unlink()
    shutil.rmtree(bench.settings.object_store_location)
    assert bench.one("SELECT stage.reload_raw_store()") == 2
    assert bench.work().done == 2
    assert bench.query(query) == before
    assert bench.check() == []


def test_the_same_job_twice_inserts_once(bench: Bench) -> None:
    _, run_id = bench.run(TEXTS)
    bench.work()
    bench.db.execute("SELECT ops.requeue('raw_store', %s)", [f"raw_store:{run_id}"])
    assert bench.work().done == 1
    assert bench.query("SELECT count(*) FROM raw_pages") == [(4,)]


def test_a_worker_that_died_after_the_load_is_made_good(bench: Bench) -> None:
    """The rows are in DuckDB, the Commit never came: the next attempt finds them and records them."""
    document_id, run_id = bench.run(TEXTS, send=False)
    services = Services(bench.url, bench.settings)
    job_module.handle(_job({"document_id": document_id, "run_id": run_id}), services)
    services.close()
    assert bench.one("SELECT count(*) FROM stage.raw_loads") == 0
    bench.one("SELECT stage.reload_raw_store()")
    assert bench.work().done == 1
    assert bench.query("SELECT count(*) FROM raw_pages") == [(4,)]
    assert bench.check() == []


def test_the_view_shows_pages_of_the_latest_run_only(bench: Bench) -> None:
    document_id, first = bench.run(["old", "older"])
    bench.db.execute("UPDATE stage.extraction_runs SET finished_at = finished_at - interval '1 day'")
    _, second = bench.run(["new"], document_id)
    bench.run(["elsewhere"])
    assert bench.work().done == 3
    rows = bench.query("SELECT record_id, text, filename, run_id FROM vw_argilla_pages ORDER BY text")
    uuid_ = bench.one("SELECT document_uuid FROM stage.documents WHERE document_id = %s", document_id)
    assert [row[1] for row in rows] == ["elsewhere", "new"]
    assert rows[1][0] == f"{uuid_}:1" and str(rows[1][3]) == second
    assert bench.query("SELECT count(*) FROM raw_pages WHERE run_id = ?", first) == [(2,)]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE raw_pages SET text = 'forged' WHERE page_num = 1", "does not have its hash"),
        (
            "UPDATE raw_pages SET text = 'forged', text_sha256 = sha256('forged') WHERE page_num = 1",
            "not those",
        ),
        ("UPDATE raw_pages SET blocks_json = '[]'", "not those"),
        ("DELETE FROM raw_pages WHERE page_num = 4", "3 pages of 4"),
        ("DELETE FROM raw_pages", "0 pages of 4"),
        ("UPDATE raw_documents SET uploader = 'nobody'", "row is not the one"),
        ("DELETE FROM raw_documents", "row is not the one"),
        ("DELETE FROM raw_pages; DELETE FROM raw_documents", "gone"),
    ],
)
def test_a_change_of_the_store_raises_an_alert(bench: Bench, damage: str, words: str) -> None:
    _, run_id = bench.run(TEXTS)
    _, good = bench.run(["good"])
    bench.work()
    assert bench.check() == []
    with raw_store(bench.settings) as store:
        for statement in damage.split("; "):
            store._connection.execute(
                statement + (" AND" if "WHERE" in statement else " WHERE") + f" run_id = '{run_id}'"
            )
    (alert,) = bench.check()
    assert alert[0] == run_id and words in alert[1]
    assert bench.one("SELECT holds FROM stage.raw_loads WHERE run_id = %s", good) is True
    assert bench.one("SELECT value FROM ops.metric WHERE name = 'oceanid_alerts'") == 1
    bench.file.unlink()
    bench.one("SELECT stage.reload_raw_store()")
    bench.work()
    assert bench.check() == []
    assert bench.one("SELECT value FROM ops.metric WHERE name = 'oceanid_alerts'") == 0


def test_rows_that_nobody_gave_raise_an_alert(bench: Bench) -> None:
    bench.run(TEXTS)
    bench.work()
    stranger = str(uuid.uuid4())
    with raw_store(bench.settings) as store:
        store._connection.execute(
            f"INSERT INTO raw_pages SELECT * REPLACE ('{stranger}'::UUID AS run_id) FROM raw_pages"
        )
    (alert,) = bench.check()
    assert alert == (stranger, "The raw store was changed: Nobody gave it this run.")


def test_a_store_with_other_text_of_a_run_takes_nothing(bench: Bench) -> None:
    _, run_id = bench.run(TEXTS)
    bench.work()
    with raw_store(bench.settings) as store:
        store._connection.execute("UPDATE raw_pages SET text_sha256 = sha256('x') WHERE page_num = 2")
    bench.db.execute("SELECT ops.requeue('raw_store', %s)", [f"raw_store:{run_id}"])
    assert bench.work().dead == 1
    assert "append-only" in bench.one("SELECT error FROM ops.dead_letters")
    assert bench.query("SELECT text_sha256 = sha256('x') FROM raw_pages WHERE page_num = 2") == [(True,)]


def test_the_same_run_with_other_digests_is_refused_by_the_ledger(bench: Bench) -> None:
    call = "SELECT stage.record_raw_load(%s, %s, now(), '{}', %s, %s, %s)"
    run_id, doc_id, digest = uuid.uuid4(), uuid.uuid4(), "0" * 64
    for _ in range(2):
        bench.db.execute(call, [run_id, doc_id, 1, digest, digest])
    with pytest.raises(psycopg.Error, match="other text") as caught:
        bench.db.execute(call, [run_id, doc_id, 2, digest, digest])
    assert caught.value.sqlstate == "OC002"


def test_a_run_that_is_loaded_while_the_check_reads_is_not_judged(bench: Bench) -> None:
    _, run_id = bench.run(TEXTS)
    bench.work()
    found = f'[{{"run_id": "{uuid.uuid4()}", "pages": 1, "wrong_texts": 0}}]'
    running = str(uuid.uuid4())
    bench.db.execute("SELECT ops.enqueue('raw_store', '{}', %s)", [f"raw_store:{running}"])
    at_work = f'[{{"run_id": "{running}", "pages": 1, "wrong_texts": 0}}]'
    before = "(SELECT loaded_at - interval '1 second' FROM stage.raw_loads)"
    assert bench.one(f"SELECT stage.take_raw_check(%s, {before})", at_work) == 0
    assert bench.one(f"SELECT stage.take_raw_check(%s, {before})", found) == 1
    assert bench.one("SELECT stage.take_raw_check('[]', clock_timestamp())") == 1
    assert bench.one("SELECT subject FROM ops.alert") == run_id


def test_an_alert_stays_counts_and_goes(bench: Bench) -> None:
    bench.db.execute("LISTEN oceanid_alert")
    found = '[{"subject": "a", "message": "A.", "hint": "Mend a."}, {"subject": "b", "message": "B."}]'
    assert bench.one("SELECT ops.set_alerts('t.check', %s)", found) == 2
    assert bench.one("SELECT ops.set_alerts('t.check', %s)", found[: found.index(", {")] + "]") == 0
    assert bench.db.execute("SELECT subject, times, hint FROM ops.alert").fetchall() == [("a", 2, "Mend a.")]
    assert [n.payload for n in bench.db.notifies(timeout=1, stop_after=1)] == ["t.check"]
    with pytest.raises(psycopg.Error, match="needs a message"):
        bench.one("SELECT ops.set_alerts('t.check', '[{}]')")
    assert bench.one("SELECT ops.set_alerts('t.check', '[]')") == 0
    assert bench.one("SELECT count(*) FROM ops.alert") == 0


def test_nothing_is_checked_where_nothing_was_given(bench: Bench) -> None:
    assert bench.one("SELECT stage.check_raw_store()") is None
    assert bench.one("SELECT every::text FROM ops.schedule WHERE call = 'stage.check_raw_store'") == "1 day"


def test_a_second_process_waits_and_then_the_job_is_parked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run(TEXTS)
    holder = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys; from pathlib import Path; from workers.raw_store import raw_store; from workers.settings import Settings\n"
            f"with raw_store(Settings(home=Path({str(bench.settings.home)!r}))):\n"
            "    print('open', flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "open\n"
        with (
            pytest.raises(ServiceUnavailable, match="Another process writes"),
            raw_store(bench.settings, 0.2),
        ):
            pass
        services = Services(bench.url, bench.settings)
        payload = bench.one("SELECT payload FROM ops.job WHERE queue = 'raw_store'")
        monkeypatch.setattr(job_module, "raw_store", lambda settings: raw_store(settings, 0.2))
        with pytest.raises(ServiceUnavailable):
            job_module.handle(_job(payload), services)
        services.close()
    finally:
        holder.communicate("", timeout=20)
    assert bench.work().done == 1


def test_a_file_that_somebody_else_has_open_is_busy_too(bench: Bench) -> None:
    """DuckDB's own lock, of a program that knows nothing of ours."""
    bench.run(TEXTS)
    bench.work()
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import sys, duckdb; c = duckdb.connect({str(bench.file)!r}); print('open', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "open\n"
        with pytest.raises(ServiceUnavailable, match="Another process"), raw_store(bench.settings, 0.2):
            pass
    finally:
        holder.communicate("", timeout=20)


def test_a_file_that_is_no_database_is_named_with_the_cure(bench: Bench) -> None:
    bench.file.write_bytes(b"this is no database" * 1000)
    with pytest.raises(OceanidError, match="cannot be opened") as caught, raw_store(bench.settings):
        pass
    assert "reload_raw_store" in (caught.value.hint or "")


def test_motherduck_needs_a_token_and_says_where_it_cannot_be_reached(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="no token"),
        raw_store(Settings(home=tmp_path, raw_store="md:x")),
    ):
        pass
    settings = Settings(home=tmp_path, raw_store="md:md_raw_ocr", motherduck_token="geheim-geheim")
    with (
        pytest.raises(ServiceUnavailable, match="MotherDuck cannot be reached") as caught,
        raw_store(settings),
    ):
        pass
    assert "geheim" not in str(caught.value) and "OCEANID_RAW_STORE" in str(caught.value)


def test_without_duckdb_the_job_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with (
        pytest.raises(ServiceUnavailable, match="not installed") as caught,
        raw_store(Settings(home=tmp_path)),
    ):
        pass
    assert "oceanid[raw-store]" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"document_id": 1},
        {"document_id": 1, "run_id": "x"},
        {"document_id": 1, "run_id": str(uuid.uuid4())},
    ],
)
def test_a_job_that_names_no_finished_run_is_rejected(bench: Bench, payload: dict[str, Any]) -> None:
    services = Services(bench.url, bench.settings)
    with pytest.raises(JobRejected) as caught:
        job_module.handle(_job(payload), services)
    assert caught.value.hint
    services.close()


def test_a_text_without_its_hash_is_not_loaded(tmp_path: Path) -> None:
    page = _page("text") | {"text_sha256": "0" * 64}
    write_parquet("raw_pages", [page], tmp_path / "pages.parquet")
    write_parquet("raw_documents", [_document(page)], tmp_path / "documents.parquet")
    with raw_store(Settings(home=tmp_path)) as store:
        with pytest.raises(JobRejected, match="does not have the hash"):
            store.add(tmp_path / "documents.parquet", tmp_path / "pages.parquet", page["run_id"])
        assert store.query("SELECT count(*) FROM raw_documents") == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM raw_pages",
        "UPDATE raw_pages SET text = ''",
        "DROP TABLE raw_pages",
        "SELECT 1; DELETE FROM raw_pages",
    ],
)
def test_the_store_has_no_method_that_changes_a_row(tmp_path: Path, statement: str) -> None:
    assert {name for name in vars(RawStore) if not name.startswith("_")} == {"add", "runs", "query"}
    with raw_store(Settings(home=tmp_path)) as store, pytest.raises(OceanidError, match="append-only"):
        store.query(statement)


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RawStore, Path]]:
    folder = tmp_path_factory.mktemp("raw")
    with raw_store(Settings(home=folder)) as store:
        yield store, folder


@settings(deadline=None, max_examples=40)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60), max_size=4
    )
)
def test_any_text_comes_out_as_it_went_in(memory: tuple[RawStore, Path], texts: list[str]) -> None:
    store, folder = memory
    run_id, doc_id = str(uuid.uuid4()), str(uuid.uuid4())
    pages = [_page(text, n, run_id, doc_id) for n, text in enumerate(texts, 1)]
    write_parquet("raw_pages", pages, folder / "p.parquet")
    write_parquet("raw_documents", [_document(_page("", 1, run_id, doc_id))], folder / "d.parquet")
    loaded = store.add(folder / "d.parquet", folder / "p.parquet", run_id)
    assert (loaded.pages, loaded.wrong_texts) == (len(texts), 0)
    got = store.query(
        "SELECT text, blocks_json FROM raw_pages WHERE run_id = ?::UUID ORDER BY page_num", [run_id]
    )
    assert [row[0] for row in got] == texts
    assert [json.loads(row[1]) for row in got] == [[{"text": text}] for text in texts]
    assert store.add(folder / "d.parquet", folder / "p.parquet", run_id) == loaded


def _page(text: str, number: int = 1, run_id: str | None = None, doc_id: str | None = None) -> dict[str, Any]:
    return {
        "doc_id": doc_id or str(uuid.uuid4()), "run_id": run_id or str(uuid.uuid4()), "page_num": number,
        "page_width": 595.0, "page_height": 842.0, "text": text, "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "page_image_sha256": None, "ocr_confidence": None, "blocks_json": json.dumps([{"text": text}]),
        "lines_json": "[]", "tables_json": "[]", "figures_json": "[]", "ocr_runtime_ms": None,
        "created_at": "2026-01-02T03:04:05.678901+00:00",
    }  # fmt: skip


def _document(page: dict[str, Any]) -> dict[str, Any]:
    return {
        "doc_id": page["doc_id"], "run_id": page["run_id"], "ingest_ts": page["created_at"], "filename": "a.pdf",
        "r2_key": "pdf/a", "content_type": "application/pdf", "size_bytes": 3, "doc_sha256": "0" * 64, "uploader": None,
        "source_meta_json": "{}", "hf_space_commit": None, "ocr_model": "geometric", "ocr_image_digest": None,
        "ocr_params_json": "{}",
    }  # fmt: skip


def _job(payload: dict[str, Any]) -> Any:
    from datetime import UTC, datetime

    from workers.runtime import Job

    return Job("raw_store", 1, 1, "k", payload, 1, 3, datetime.now(UTC), timedelta(seconds=30))
