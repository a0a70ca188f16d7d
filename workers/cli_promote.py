"""`oceanid promote`, `oceanid rollback`, `oceanid trace`: to vessels, back, and where a value is from."""

from __future__ import annotations

import getpass
import tempfile
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import dict_row
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workers.database import connect, database_url
from workers.lineage import byte_range
from workers.objects import ObjectMissing, object_store
from workers.render import show
from workers.settings import Settings, get_settings

Row = dict[str, Any]
HELD = """
SELECT h.document_id AS document, r.reason, count(*) AS rows,
    (array_agg(h.row_index ORDER BY h.row_index))[1:5] AS "such as rows", h.promoted AS "promoted otherwise"
FROM promote.held AS h CROSS JOIN LATERAL unnest(h.reasons) AS r (reason)
WHERE h.run_id = ANY (%s) AND h.row_index IS NOT NULL
GROUP BY 1, 2, 5 ORDER BY 3 DESC, 2 LIMIT 12
"""
NEXT_LINE = "SELECT min(source_line) FROM stage.rows WHERE document_id = %s AND source_line > %s"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""

    @app.command()
    def promote(
        document_id: Annotated[
            int | None, typer.Argument(help="A document; without one, all that are due.")
        ] = None,
        dry_run: Annotated[bool, typer.Option(help="Show what would happen, and change nothing.")] = False,
    ) -> None:
        """Promote gated documents to curated vessels; what fails a gate stays, with its reasons."""
        console = Console(highlight=False)
        with connect(database_url(get_settings()), autocommit=True) as connection:
            run(console, connection, document_id, dry_run=dry_run)

    @app.command()
    def rollback(
        run_id: Annotated[int, typer.Argument(help="The run, as `oceanid promote` showed it.")],
        who: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who takes it back.")] = None,
        why: Annotated[str | None, typer.Option(help="Why, for the log.")] = None,
    ) -> None:
        """Take a promotion run back, exactly: curated is then what the remaining runs say."""
        console = Console(highlight=False)
        with connect(database_url(get_settings()), autocommit=True) as connection:
            take_back(console, connection, run_id, who or getpass.getuser(), why)

    @app.command()
    def trace(
        vessel_id: Annotated[int, typer.Argument(help="curated.vessels.id")],
        attribute: Annotated[
            str | None, typer.Argument(help="vessel_name, flag_state, …; all by default.")
        ] = None,
    ) -> None:
        """Where what is said of a vessel comes from: cell, rules, decision, file and bytes."""
        console = Console(highlight=False, soft_wrap=False)
        settings = get_settings()
        with connect(database_url(settings), autocommit=True) as connection:
            show_trace(console, connection, settings, vessel_id, attribute)


def run(
    console: Console, connection: psycopg.Connection[Any], document_id: int | None, *, dry_run: bool
) -> list[Row]:
    """Promote one document or all that are due, print what came of each, and return promote.run's rows.

    Raises psycopg.Error (SQLSTATE OC404) for an unknown document.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("SELECT * FROM promote.run(%s, %s)", [document_id, dry_run]).fetchall()
    if not rows:
        console.print("Nothing is due: every gated document says what curated has of it.")
        return []
    console.print(
        "\n[bold]What a promotion would do (nothing was changed)[/]" if dry_run else "\n[bold]Promoted[/]"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("run", "document", "file", "outcome"):
        table.add_column(name)
    for name in ("records", "new", "ended", "held", "vessels +", "~", "−", "coverage", "confidence"):
        table.add_column(name, justify="right")
    colours = {"promoted": "green", "held": "yellow", "unchanged": "dim"}
    for row in rows:
        metrics = row["metrics"]
        counts = [row[name] for name in ("records", "records_new", "records_ended", "records_held")]
        moved = [metrics.get(f"vessels_{name}", 0) for name in ("added", "changed", "removed")]
        table.add_row(
            str(row["run_id"] or "–"), str(row["document_id"]), escape(row["file_name"]),
            f"[{colours[row['status']]}]{row['status']}[/]", *(f"{n:,}" for n in [*counts, *moved]),
            *(f"{metrics[name]:.3f}" if metrics.get(name) is not None else "" for name in ("coverage", "confidence")),
        )  # fmt: skip
    console.print(table)
    for row in rows:
        for reason in row["reasons"]:
            console.print(f"Document {row['document_id']} is held: {escape(reason)}.", style="yellow")
    runs = [row["run_id"] for row in rows if row["run_id"] and row["records_held"]]
    if runs:
        show(console, connection, "Why rows are held", HELD, [runs])
    return rows


def take_back(
    console: Console, connection: psycopg.Connection[Any], run_id: int, who: str, why: str | None
) -> None:
    """Roll a run back and print what that meant.

    Raises psycopg.Error (SQLSTATE OC404, OC002) with cause and cure where there is nothing to take back.
    """
    row = connection.execute(
        "SELECT document_id, records_withdrawn, records_restored, vessels_added, vessels_changed, vessels_removed"
        " FROM promote.rollback(%s, %s, %s)",
        [run_id, who, why],
    ).fetchone()
    assert row is not None
    document_id, withdrawn, restored, added, changed, removed = row
    console.print(
        f"Run {run_id} of document {document_id} is rolled back: {withdrawn:,} records withdrawn,"
        f" {restored:,} in force again; vessels: {removed:,} gone, {changed:,} changed, {added:,} returned."
    )
    console.print(
        f"The document waits until somebody promotes it again: oceanid promote {document_id}", style="dim"
    )


def show_trace(
    console: Console,
    connection: psycopg.Connection[Any],
    settings: Settings,
    vessel_id: int,
    attribute: str | None,
) -> None:
    """Print the cells behind what is said of a vessel, with their places in the files.

    Raises psycopg.Error (SQLSTATE OC404) where there is no such vessel.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        cells = cursor.execute("SELECT * FROM curated.trace(%s, %s)", [vessel_id, attribute]).fetchall()
    console.print(f"\n[bold]Where vessel {vessel_id} is from[/] (● shown in curated.vessels)")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("attribute", "value", "file", "place", "column", "read", "rules", "confidence", "decided"):
        table.add_column(name, overflow="fold", justify="right" if name == "confidence" else "left")
    places = _places(connection, settings, cells)
    for cell in cells:
        table.add_row(
            cell["attribute"], ("● " if cell["is_shown"] else "  ") + escape(cell["value"]),
            escape(cell["file_name"]), places[cell["document_id"], cell["row_index"]], escape(cell["column_name"]),
            escape(cell["raw_value"] or ""),
            escape(" › ".join(cell["rules"] or [])), f"{cell['confidence']:.3f}", cell["decided"] or "",
        )  # fmt: skip
    console.print(table)


def _places(
    connection: psycopg.Connection[Any], settings: Settings, cells: list[Row]
) -> dict[tuple[int, int], str]:
    """For each row: `bytes 120–180` of a text file, `Sheet1 row 5` of a workbook, the line where the file is gone."""
    found: dict[tuple[int, int], str] = {}
    with tempfile.TemporaryDirectory(prefix="oceanid-trace-") as directory:
        for cell in cells:
            key = (cell["document_id"], cell["row_index"])
            if key in found:
                continue
            line = cell["source_line"]
            encoding = connection.execute(
                "SELECT encoding FROM stage.documents WHERE document_id = %s", [cell["document_id"]]
            ).fetchone()
            assert encoding is not None
            if encoding[0] is None:
                found[key] = escape(f"{cell['sheet_name'] or 'sheet'} row {line}")
                continue
            path = Path(directory) / str(cell["document_id"])
            try:
                if not path.exists():
                    object_store(settings).get(cell["object_key"], path)
            except ObjectMissing:
                found[key] = f"line {line} (the file is gone from the store)"
                continue
            following = connection.execute(NEXT_LINE, [cell["document_id"], line]).fetchone()
            assert following is not None
            start, end = byte_range(path, encoding[0], line, following[0])
            found[key] = f"line {line}, bytes {start}–{end}"
    return found
