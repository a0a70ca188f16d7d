"""Pages a second from a registered PDF to gated cells, and what our worker and Triton cost over Docling in process.

`python -m benchmarks.pdf_pipeline [documents] [pages]`, in the environment of `make demo-pdf`. The same files go first
through `workers.docling_reader` in this process, then through object store, queue, Triton (CPU configuration) and
database. Both are warm: each reads one document before the clock starts.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from tests.pdf_files import FLEET, fleet_pdf
from workers import runtime, triton_server
from workers.cli_ingest import Source, register_file
from workers.database import database_url
from workers.deploy import migrate
from workers.docling_reader import Reader, ReaderOptions
from workers.embedded import stop as stop_database
from workers.objects import object_store
from workers.settings import Settings


def main(documents: int = 12, pages: int = 5) -> None:
    """Measure, print a table and one line of JSON."""
    with tempfile.TemporaryDirectory(prefix="ocb-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        files = []
        for number in range(documents + 1):
            files.append(root / f"{number}.pdf")
            files[-1].write_bytes(fleet_pdf(str(number), pages=pages))
        alone = in_process(files, pages)
        settings = Settings(database_url=None, home=root / "home")
        url = database_url(settings)
        migrate(url)
        triton_server.up(settings.home_path, "cpu")
        try:
            seconds, model = piped(url, settings, files, pages)
        finally:
            triton_server.stop(settings.home_path)
            stop_database(settings.home_path)
    total = documents * pages
    figures = {
        "documents": documents,
        "pages_each": pages,
        "in_process_pages_per_second": round(total / alone, 2),
        "pipeline_pages_per_second": round(total / seconds, 2),
        "pipeline_documents_per_minute": round(60 * documents / seconds, 1),
        "overhead_percent": round(100 * (seconds / alone - 1), 1),
        "model_seconds_in_pipeline": round(model, 2),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):35} {value}")
    print(json.dumps(figures))


def in_process(files: list[Path], pages: int) -> float:
    """Seconds in which Docling in this process reads all files but the first."""
    reader = Reader(ReaderOptions("cpu"))
    reader.read(files[0], 1, 0)
    begun = time.monotonic()
    for file in files[1:]:
        answer = reader.read(file, 1, 0)
        assert len(answer["pages"]) == pages
    return time.monotonic() - begun


def piped(url: str, settings: Settings, files: list[Path], pages: int) -> tuple[float, float]:
    """Seconds from registered to gated, by one worker; and those that the model took of them."""
    with psycopg.connect(url, autocommit=True) as conn:
        for n, file in enumerate(files):
            register_file(conn, object_store(settings), file, Source("RFMO", "BENCH", file.name))
            if n == 0:
                runtime.run(url, drain=True, settings=settings, patience=600)
        begun = time.monotonic()
        runtime.run(url, drain=True, settings=settings, patience=600)
        seconds = time.monotonic() - begun
        row = conn.execute(
            "SELECT count(*) FILTER (WHERE status = 'gated' AND row_count = %s), (SELECT sum(runtime_ms) / 1000 FROM"
            " stage.document_pages) FROM stage.documents",
            [len(FLEET) * pages],
        ).fetchone()
    assert row is not None and row[0] == len(files), row
    return seconds, float(row[1]) * (len(files) - 1) / len(files)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
