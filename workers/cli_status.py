"""`oceanid status` and `oceanid explain`: what there is, and why a cell is as it is."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from workers.database import connect, database_url
from workers.render import show
from workers.runtime_types import Connection
from workers.settings import get_settings

DOCUMENTS = """
SELECT source_name AS source, file_name AS file, version_no AS version, status, rows, cells,
    cells - blank AS filled, decided_percent AS "decided %%", to_review, decisions AS "open decisions"
FROM stage.document_quality ORDER BY document_id
"""
WAITING = """
SELECT d.document_id, s.source_name AS source, d.file_name AS file, d.status,
    coalesce(d.rejection, c.place) AS what
FROM stage.documents AS d JOIN stage.source AS s USING (source_id) JOIN ops.conservation AS c USING (document_id)
WHERE d.status NOT IN ('cleaned', 'gated') ORDER BY d.document_id
"""
QUEUES = """
SELECT q.queue, q.visible, q.in_flight, q.delayed,
    (SELECT count(*) FROM ops.dead_letters AS d WHERE d.queue = q.queue) AS dead_letters
FROM ops.queue_depth AS q ORDER BY q.queue
"""
WORKERS = "SELECT worker, state, doing, jobs_done, jobs_failed, silent_for FROM ops.worker_status ORDER BY started_at"
ALERTS = "SELECT name, subject, message, hint, times, seen_at FROM ops.alert ORDER BY raised_at"
DECISIONS = """
SELECT d.decision_on AS decide_on, s.source_name AS source, d.field, left(d.raw_value, 40) AS raw_value,
    left(d.proposal, 30) AS proposal, d.cells, d.reason AS why
FROM review.open_decision AS d JOIN stage.source AS s USING (source_id)
ORDER BY d.cells DESC, d.confidence, d.raw_value LIMIT %s
"""
STORY = """
SELECT step, stage, rule_name AS rule, left(before, 40) AS before, left(after, 40) AS after,
    round(effect::numeric, 3) AS effect, note
FROM clean.explain(%s, %s, %s)
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""

    @app.command()
    def status() -> None:
        """Documents, queues and workers at a glance."""
        console = Console(highlight=False)
        with connect(database_url(get_settings()), autocommit=True) as connection:
            show(
                console,
                connection,
                "Documents",
                DOCUMENTS,
                empty="No document is cleaned yet: oceanid ingest …",
            )
            show(console, connection, "Not cleaned", WAITING, empty="None.")
            show(console, connection, "Queues", QUEUES)
            show(console, connection, "Workers", WORKERS, empty="No worker has ever run: oceanid worker")
            show(console, connection, "Alerts", ALERTS, empty="None.")

    @app.command()
    def explain(
        document_id: Annotated[int, typer.Argument(help="stage.documents.document_id")],
        row_index: Annotated[int, typer.Argument(help="Data row, the first being 1.")],
        column_position: Annotated[int, typer.Argument(help="Column, the first being 1.")],
    ) -> None:
        """A cell's story: what was read, rule by rule before and after, the score, the gate."""
        console = Console(highlight=False)
        with connect(database_url(get_settings()), autocommit=True) as connection:
            show_story(console, connection, document_id, row_index, column_position)


def show_decisions(console: Console, connection: Connection, limit: int) -> None:
    """Print the open decisions that settle most cells."""
    show(
        console,
        connection,
        "A human still has to decide",
        DECISIONS,
        [limit],
        empty="Nothing: all is decided.",
    )


def show_story(console: Console, connection: Connection, document_id: int, row: int, column: int) -> None:
    """Print the story of one cell.

    Raises psycopg.Error (SQLSTATE OC404) where there is no such cell.
    """
    title = f"The story of one cell: document {document_id}, row {row}, column {column}"
    with connection.transaction():
        show(console, connection, title, STORY, [document_id, row, column])
