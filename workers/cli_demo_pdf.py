"""`oceanid demo-pdf`: a vessel list in a PDF, from the file to gated cells, each with its page and place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from workers import paths, triton_server
from workers.cli_ingest import Source, register_file, report
from workers.database import connect, database_url
from workers.deploy import migrate
from workers.objects import object_store
from workers.progress import wait_for
from workers.render import show
from workers.runtime_types import Connection
from workers.settings import Settings, get_settings

DOCUMENT = """
SELECT d.file_name AS file, d.status,
    count(*) FILTER (WHERE t.is_vessel_list) AS "vessel lists",
    d.row_count AS vessels, d.column_count AS columns,
    round(extract(EPOCH FROM r.finished_at - r.started_at), 1) AS seconds
FROM stage.documents AS d JOIN stage.extraction_runs AS r USING (document_id)
JOIN stage.document_tables AS t USING (run_id)
WHERE d.document_id = %s GROUP BY d.document_id, r.run_id
"""
CELLS = """
SELECT e.row_index AS row, e.column_name AS header, e.raw_value AS read,
    e.cleaned_value || CASE WHEN e.needs_review THEN ' (to review)' ELSE '' END AS became, p.page_no AS page,
    concat_ws(' ', round(p.box[1]), round(p.box[2]), round(p.box[3]), round(p.box[4])) AS "box (points)"
FROM stage.csv_extractions AS e JOIN stage.cell_places AS p USING (document_id, row_index, column_position)
WHERE e.document_id = %s ORDER BY e.row_index, e.column_position
"""
PAGE = """
SELECT p.image_key, l.label, l.x, l.y, l.width, l.height
FROM stage.document_pages AS p JOIN stage.page_prelabels AS l USING (document_id, run_id, page_no)
WHERE p.document_id = %s AND p.page_no = (
    SELECT min(t.page_no) FROM stage.document_tables AS t WHERE t.document_id = %s AND t.is_vessel_list)
ORDER BY l.row_no NULLS FIRST
"""
_COLOURS = {"vessel_table": "#c2410c", "table": "#6b7280", "header": "#1d4ed8", "cell": "#15803d"}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command("demo-pdf")
    def demo_pdf(
        file: Annotated[Path | None, typer.Argument(help="A PDF. Default: SEAFO's list of 2025.")] = None,
        picture: Annotated[Path, typer.Option(help="Where to draw the page and its boxes.")] = Path(
            "page.png"
        ),
    ) -> None:
        """Start the packaged Triton on the CPU, read a PDF with Docling, and show cells with page and box."""
        settings = get_settings()
        console = Console(highlight=False)
        url = database_url(settings)
        migrate(url)
        with console.status("Loading Docling into Triton (CPU)"):
            state = triton_server.up(settings.home_path, "cpu")
        console.print(f"Triton answers at {state.grpc}; `oceanid triton down` stops it.")
        with connect(url, autocommit=True, application_name="oceanid demo-pdf") as conn:
            path = file or paths.samples() / "seafo_2025.pdf"
            document_id = register_file(
                conn, object_store(settings), path, Source("RFMO", "SEAFO")
            ).document_id
            if not report(wait_for(url, [document_id], console=console), console):
                raise typer.Exit(1)
            show_document(conn, document_id, console)
            if draw_page(conn, settings, document_id, picture):
                console.print(f"The page with its boxes: {picture}")


def show_document(conn: Connection, document_id: int, console: Console) -> None:
    """Print what became of the document, cell by cell."""
    show(console, conn, "What was read", DOCUMENT, [document_id])
    show(console, conn, "Every cell, and where it stands", CELLS, [document_id])


def draw_page(conn: Connection, settings: Settings, document_id: int, picture: Path) -> bool:
    """Draw the page of the first vessel list with the rectangles of tables and cells; false where there is none."""
    from PIL import Image, ImageDraw

    rows: list[tuple[Any, ...]] = conn.execute(PAGE, [document_id, document_id]).fetchall()
    if not rows:
        return False
    object_store(settings).get(rows[0][0], picture)
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    pen = ImageDraw.Draw(image)
    for _, label, x, y, width, height in rows:
        corners = [x * image.width / 100, y * image.height / 100]
        corners += [corners[0] + width * image.width / 100, corners[1] + height * image.height / 100]
        pen.rectangle(corners, outline=_COLOURS[label], width=4 if "table" in label else 2)
    image.save(picture)
    return True
