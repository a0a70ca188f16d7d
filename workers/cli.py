"""`oceanid`, the command line. Each group of commands is a module with `register(app)`; this one only joins
them."""

from __future__ import annotations

from typing import Any

import psycopg
import typer
from rich.console import Console
from typer.core import TyperGroup

from workers import (
    cli_database,
    cli_demo,
    cli_demo_pdf,
    cli_export,
    cli_ingest,
    cli_promote,
    cli_reference,
    cli_review,
    cli_serve,
    cli_server,
    cli_status,
    cli_triton,
    cli_upload,
    cli_worker,
)
from workers.errors import OceanidError, from_database


class _Group(TyperGroup):
    """Turns every error that a person may see into its cause, its cure and exit code 1, without a
    traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except OceanidError as error:
            _show(error)
        except psycopg.Error as error:
            _show(from_database(error))
        except BrokenPipeError:
            # The reader of our output (`head`) has seen enough.
            raise typer.Exit(0) from None
        raise typer.Exit(1)


def _show(error: OceanidError) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print("[bold red]Error:[/] ", end="")
    console.print(error.message, markup=False)
    if error.hint:
        console.print("[bold]Cure:[/] ", end="")
        console.print(error.hint, markup=False)


app = typer.Typer(
    name="oceanid",
    cls=_Group,
    help="Messy fishing-vessel registries in, clean, versioned, traceable vessel records out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _module in (
    cli_server,
    cli_database,
    cli_ingest,
    cli_upload,
    cli_worker,
    cli_status,
    cli_review,
    cli_promote,
    cli_serve,
    cli_reference,
    cli_triton,
    cli_export,
    cli_demo,
    cli_demo_pdf,
):
    _module.register(app)


def main() -> None:
    """Entry point of the console script."""
    app()
