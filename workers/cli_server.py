"""`oceanid up`, `down`, `doctor`, `version`: the server and the state of the installation."""

from __future__ import annotations

import platform

import typer
from rich.console import Console

import workers
from workers import embedded
from workers.database import without_password
from workers.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""

    @app.command()
    def up() -> None:
        """Start the embedded PostgreSQL and print its URL. It stays up until `oceanid down`."""
        settings = get_settings()
        if settings.database_url is not None:
            where = without_password(settings.database_url.get_secret_value())
            typer.echo(f"DATABASE_URL is set: {where} is used, no embedded PostgreSQL is started.", err=True)
            return
        typer.echo(embedded.start(settings.home_path))

    @app.command()
    def down() -> None:
        """Stop the embedded PostgreSQL."""
        home = get_settings().home_path
        typer.echo(f"Stopped the server of {home}." if embedded.stop(home) else f"No server runs in {home}.")

    @app.command()
    def doctor() -> None:
        """Say what is wrong with this installation, and the cure. Exit code 1 where something fails."""
        from workers.doctor import examine

        console = Console(highlight=False, soft_wrap=True)
        marks = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[bold red]fail[/]"}
        findings = examine(get_settings())
        for finding in findings:
            console.print(f"{marks[finding.level]} {finding.name}: ", end="")
            console.print(finding.detail, markup=False)
            if finding.cure:
                console.print("     cure: ", end="")
                console.print(finding.cure, markup=False)
        if any(finding.level == "fail" for finding in findings):
            raise typer.Exit(1)

    @app.command()
    def version() -> None:
        """Print the version."""
        typer.echo(f"oceanid {workers.__version__} (Python {platform.python_version()})")
