"""Pages a second from a registered PDF to its stored run, and what our worker and Triton cost over Docling in process.

`python -m benchmarks.pdf_pipeline [folder]`, in the environment of `make demo-pdf`. The same files (a folder's, else
vessel lists of five pages) go first through `workers.docling_reader` in this process, then through object store, queue,
page images, Triton (CPU configuration) and database, by a worker of two processes, so that one stores while the model
reads for the other. Both are warm before the clock starts. Cleaning, which follows, has its own line.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from tests.pdf_files import fleet_pdf
from workers import runtime, triton_server
from workers.cli_ingest import Source, register_file
from workers.database import database_url
from workers.deploy import migrate
from workers.docling_reader import Reader, ReaderOptions
from workers.embedded import stop as stop_database
from workers.objects import object_store
from workers.settings import Settings

DOCUMENTS, PAGES = 12, 5


def main(folder: str | None = None) -> None:
    """Measure, print a table and one line of JSON."""
    with tempfile.TemporaryDirectory(prefix="ocb-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        files = sorted(Path(folder).glob("*.pdf")) if folder else vessel_lists(root)
        pages, alone = in_process(files)
        settings = Settings(database_url=None, home=root / "home")
        url = database_url(settings)
        migrate(url)
        triton_server.up(settings.home_path, "cpu")
        try:
            piped, cleaning = pipeline(url, settings, files)
        finally:
            triton_server.stop(settings.home_path)
            stop_database(settings.home_path)
    figures = {
        "documents": len(files),
        "pages": pages,
        "in_process_pages_per_second": round(pages / alone, 2),
        "pipeline_pages_per_second": round(pages / piped, 2),
        "overhead_percent": round(100 * (piped / alone - 1), 1),
        "pipeline_documents_per_minute_to_gated": round(60 * len(files) / (piped + cleaning), 1),
        "cleaning_seconds": round(cleaning, 2),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):40} {value}")
    print(json.dumps(figures))


def vessel_lists(directory: Path) -> list[Path]:
    """Born-digital lists of PAGES pages."""
    files = [directory / f"{number}.pdf" for number in range(DOCUMENTS)]
    for number, file in enumerate(files):
        file.write_bytes(fleet_pdf(str(number), pages=PAGES))
    return files


def in_process(files: list[Path]) -> tuple[int, float]:
    """Pages of all files, and the seconds in which Docling in this process reads them."""
    reader = Reader(ReaderOptions("cpu"))
    reader.read(files[0], 1, 0)
    begun = time.monotonic()
    pages = sum(len(reader.read(file, 1, 0)["pages"]) for file in files)
    return pages, time.monotonic() - begun


def pipeline(url: str, settings: Settings, files: list[Path]) -> tuple[float, float]:
    """Seconds from registered to stored by a worker of two processes, and from stored to gated and asked about."""
    environment = {**os.environ, "DATABASE_URL": url, "OCEANID_HOME": str(settings.home_path)}
    code = "from workers.cli import main; main()"
    worker = subprocess.Popen(
        [sys.executable, "-c", code, "worker", "--queue", "extract", "--processes", "2"], env=environment
    )
    try:
        with psycopg.connect(url, autocommit=True) as conn, tempfile.TemporaryDirectory() as directory:
            for number in range(4):
                warm = Path(directory) / f"warm-{number}.pdf"
                warm.write_bytes(fleet_pdf(warm.name))
                register_file(conn, object_store(settings), warm, Source("RFMO", "WARM", warm.name))
            _until(conn, 4)
            begun = time.monotonic()
            for file in files:
                register_file(conn, object_store(settings), file, Source("RFMO", "BENCH", file.name))
            _until(conn, 4 + len(files))
            extracted = time.monotonic()
    finally:
        worker.terminate()
        worker.wait(60)
    cleaning = time.monotonic()
    runtime.run(url, ["clean", "score", "ask"], drain=True, settings=settings, patience=600)
    return extracted - begun, time.monotonic() - cleaning


def _until(conn: psycopg.Connection, count: int) -> None:
    while True:
        row = conn.execute("SELECT count(*) FROM stage.extraction_runs").fetchone()
        if row is not None and row[0] >= count:
            return
        time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
