"""`oceanid export`: curated views as Parquet files."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from workers.database import connect, database_url
from workers.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def export(
        view: Annotated[str, typer.Argument(help="Table or view of curated, such as current_fleet.")],
        to: Annotated[str, typer.Option("--to", help="A directory, or s3://bucket/prefix.")],
        role: Annotated[
            str | None, typer.Option("--as", help="Export what this role may see, such as an organisation's.")
        ] = None,
    ) -> None:
        """Write a curated view, as it stands, to Parquet (zstd) with its schema and a manifest."""
        from workers.export import export_view

        settings = get_settings()
        with connect(database_url(settings), application_name="oceanid export") as connection:
            done = export_view(connection, view, to, settings, role=role)
        console = Console(highlight=False, soft_wrap=True)
        console.print(f"{done.view}: {done.rows:,} rows, {done.byte_size:,} bytes")
        console.print(f"{done.place.rstrip('/')}/{done.parquet}")
        console.print(f"{done.place.rstrip('/')}/{done.manifest}")
