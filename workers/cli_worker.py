"""`oceanid worker`: works off the queues."""

from __future__ import annotations

import logging
from typing import Annotated

import typer
from rich.console import Console

from workers.database import database_url
from workers.runtime_processes import Plan, run_many
from workers.runtime_types import RunReport
from workers.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def worker(
        queue: Annotated[
            list[str] | None,
            typer.Option(
                "--queue", "-q", help="Serve this queue; may be given more than once. Default: all."
            ),
        ] = None,
        drain: Annotated[bool, typer.Option("--drain", help="Stop when the queues are empty.")] = False,
        processes: Annotated[
            int, typer.Option("--processes", "-p", min=1, max=64, help="Loops side by side.")
        ] = 1,
        health_port: Annotated[
            int | None,
            typer.Option(
                min=0,
                max=65535,
                help="Serve /health and /metrics here; 0: nowhere. Default: OCEANID_HEALTH_PORT.",
            ),
        ] = None,
    ) -> None:
        """Take jobs from the queues and do them, until stopped (Ctrl-C or SIGTERM: after the job in hand)."""
        settings = get_settings()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(message)s")
        plan = Plan(
            url=database_url(settings),
            queues=queue or None,
            drain=drain,
            health_host=settings.health_host,
            health_port=settings.health_port if health_port is None else health_port,
        )
        Console(stderr=True).print(summary(run_many(plan, processes)), highlight=False)


def summary(report: RunReport) -> str:
    """One line on how a run went, for people: only what happened."""
    words = {
        "done": "done",
        "failed": "failed attempts",
        "rejected": "rejected",
        "dead": "dead letters",
        "parked": "parked",
        "returned": "given back",
        "late": "refused as late",
        "left": "left in the queues",
    }
    parts = [f"{getattr(report, name):,} {word}" for name, word in words.items() if getattr(report, name)]
    line = ", ".join(parts) or "nothing to do"
    return line + ("; SELECT * FROM ops.dead_letters says why" if report.dead else "")
