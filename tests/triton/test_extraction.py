"""PDFs from registration to gated cells with the real Triton, the real Docling, a real database; and what kills survive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Server
from tests.pdf_files import FLEET, fleet_pdf
from tests.triton.test_docling_model import SHARED, kill
from workers import deploy, runtime, triton_server
from workers.cli_ingest import Source, register_file
from workers.objects import object_store
from workers.settings import Settings
from workers.triton_server import ServerState

SEAFO = [
    ["SHINSEI MARU NO.8", "JPN", "7KFU", "9891799", "LL", "57.85", "1062"],
    ["DAITO MARU NO.8", "JPN", "JGGR", "9100372", "LL; FPO", "49.9", "462"],
    ["HELENA NDUME", "NAM", "V5RE", "8510817", "LL", "47", "1013"],
    ["KING KAULUMA 1", "NAM", "V5CV", "7930010", "LL; FPO", "49.9", "607.84"],
    ["TRONIO", "ESP", "ECJF", "9361603", "LL", "55", "1058"],
    ["IBSA QUINTO", "ESP", "EAAS", "8916944", "LL", "49", "775"],
]
QUEUES = ["extract", "clean", "score", "ask"]
FIELDS = ["VESSEL_NAME", "FLAG", "IRCS", "IMO", "GEAR_TYPE", "LENGTH", "GROSS_TONNAGE"]


def register(url: str, settings: Settings, path: Path, source: str = "TEST") -> int:
    with psycopg.connect(url, autocommit=True) as conn:
        return register_file(
            conn, object_store(settings), path, Source("RFMO", source, path.name)
        ).document_id


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is not here")
def test_the_vessels_of_seafo_come_out_with_all_values_each_with_page_and_box(
    database_url: str, triton: ServerState, triton_home: Path
) -> None:
    settings = Settings(database_url=None, home=triton_home)
    document_id = register(database_url, settings, SHARED / "seafo_2025.pdf", "SEAFO")
    report = runtime.run(database_url, QUEUES, drain=True, settings=settings, patience=300)
    assert not (report.failed or report.dead or report.parked)
    with psycopg.connect(database_url) as conn:
        rows = conn.execute(
            "SELECT array_agg(cleaned_value ORDER BY array_position(%s, field)), bool_or(needs_review)"
            " FROM stage.csv_extractions WHERE document_id = %s AND field = ANY(%s)"
            " GROUP BY row_index ORDER BY row_index",
            [FIELDS, document_id, FIELDS],
        ).fetchall()
        assert rows == [(row, False) for row in SEAFO]
        places = conn.execute(
            "SELECT count(*), count(DISTINCT box), min(page_no), max(page_no), bool_and(0 <= box[1] AND box[1] < box[3]"
            " AND box[3] <= width AND 0 <= box[2] AND box[2] < box[4] AND box[4] <= height)"
            " FROM stage.cell_places JOIN stage.document_pages USING (document_id, run_id, page_no)"
            " WHERE document_id = %s",
            [document_id],
        ).fetchone()
        assert places == (48, 48, 1, 1, True)
        status = conn.execute("SELECT status FROM stage.documents").fetchone()
        assert status == ("gated",)


class Workshop:
    """A private database, a worker process that may be killed, and a Triton of its own."""

    def __init__(self, server: Server, home: Path) -> None:
        self.server = server
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None

    def work(self) -> None:
        environment = {**os.environ, "DATABASE_URL": self.server.url, "OCEANID_HOME": str(self.home)}
        code = "from workers.cli import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "worker"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def one(self, query: str) -> Any:
        with psycopg.connect(self.server.url, autocommit=True) as conn:
            row = conn.execute(query.encode()).fetchone()
        return row[0] if row else None

    def until(self, query: str, wanted: Callable[[Any], bool], seconds: float = 240) -> Any:
        end = time.monotonic() + seconds
        while not wanted(found := self.one(query)):
            assert time.monotonic() < end, (
                query,
                found,
                self.one("SELECT jsonb_agg(last_error) FROM ops.job"),
            )
            time.sleep(0.2)
        return found


GATED = "SELECT count(*) FROM stage.documents WHERE status = 'gated'"
OPEN = "SELECT count(*) FROM ops.job WHERE state <> 'done' AND queue IN ('extract', 'clean', 'score', 'ask')"
PARKED = "SELECT coalesce(sum(parked), 0) FROM ops.job WHERE queue = 'extract'"


@pytest.mark.slow
def test_whatever_is_killed_in_a_batch_everything_finishes_once(
    server: Callable[..., Server], able: None, tmp_path: Path
) -> None:
    """The stub, Triton, the worker and the database are killed one after the other, each with documents under way."""
    private = server()
    deploy.migrate(private.url)
    count, pages = 16, 3
    home = tmp_path / "home"
    settings = Settings(database_url=None, home=home)
    shop = Workshop(private, home)
    with psycopg.connect(private.url, autocommit=True) as conn:
        conn.execute(
            "UPDATE ops.queue_policy SET visibility_timeout = '5 seconds', park_delay = '1 second',"
            " backoff_base = '1 second', poll_interval = '1 second'"
        )
        conn.execute("UPDATE ops.worker_policy SET silent_after = '10 seconds'")
        conn.execute("UPDATE stage.pdf_policy SET value = 1 WHERE name = 'pages_per_call'")
        conn.execute("UPDATE stage.pdf_policy SET value = 20 WHERE name = 'max_model_deaths'")
    for number in range(count):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(fleet_pdf(str(number), pages=pages))
        register(private.url, settings, path)
    state = triton_server.up(home, "cpu")
    try:
        shop.work()
        done = shop.until(GATED, lambda n: n >= 2)

        kill(state, "triton_python_backend_stub")
        shop.until(PARKED, lambda n: n >= 1)
        triton_server.up(home, "cpu")
        done = shop.until(GATED, lambda n: n >= done + 2)

        before = shop.one(PARKED)
        os.kill(state.pid, signal.SIGKILL)
        shop.until(PARKED, lambda n: n > before)
        state = triton_server.up(home, "cpu")
        done = shop.until(GATED, lambda n: n >= done + 2)

        shop.stop(signal.SIGKILL)
        shop.work()
        done = shop.until(GATED, lambda n: n >= done + 2)

        private.kill()
        private.start()
        shop.until(GATED, lambda n: n == count)
        shop.until(OPEN, lambda n: n == 0)
    finally:
        shop.stop()
        triton_server.stop(home)
    with psycopg.connect(private.url) as conn:
        runs = conn.execute(
            "SELECT document_id, count(*) FROM stage.extraction_runs GROUP BY document_id HAVING count(*) <> 1"
        ).fetchall()
        assert runs == []
        assert conn.execute("SELECT count(*), count(DISTINCT document_id) FROM stage.rows").fetchone() == (
            6 * pages * count,
            count,
        )
        wrong = conn.execute(
            "SELECT count(*) FROM (SELECT array_agg(raw_value ORDER BY column_position) AS texts FROM stage.cells"
            " GROUP BY document_id, row_index) AS r WHERE array_to_string(texts, '|') <> ALL (%s)",
            [["|".join(row) for row in FLEET]],
        ).fetchone()
        assert wrong == (0,)
        assert conn.execute("SELECT bool_and(holds) FROM ops.conservation").fetchone() == (True,)
        assert conn.execute("SELECT count(*) FROM ops.job_mismatch").fetchone() == (0,)
        dead = conn.execute("SELECT count(*) FROM ops.job WHERE state = 'dead'").fetchone()
        assert dead == (0,)
