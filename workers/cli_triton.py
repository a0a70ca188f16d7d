"""`oceanid triton up`, `down`, `status`: the packaged Triton for development and tests."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from workers.errors import ServiceUnavailable
from workers.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    triton = typer.Typer(help="The packaged Triton, for development and tests.", no_args_is_help=True)
    app.add_typer(triton, name="triton")

    @triton.command()
    def up(
        device: Annotated[
            str, typer.Option(help="cpu or gpu: which configuration of the model. There is no fallback.")
        ],
    ) -> None:
        """Start it, wait until its model answers and print the address of its gRPC. A dead model is loaded anew."""
        from workers import triton_server

        with Console(stderr=True).status("Loading the model"):
            state = triton_server.up(get_settings().home_path, device)
        typer.echo(state.grpc)

    @triton.command()
    def down() -> None:
        """Stop it; requests in hand are answered first."""
        from workers import triton_server

        stopped = triton_server.stop(get_settings().home_path)
        typer.echo("Triton is stopped." if stopped else "No Triton runs here.")

    @triton.command()
    def status() -> None:
        """Say whether the model answers, and what it reads with. Exit code 1 where it does not."""
        from workers.triton import Model, address

        try:
            where = address(get_settings())
            identity = Model(where).describe()
        except ServiceUnavailable as error:
            typer.echo(f"{error.message} {error.hint}")
            raise typer.Exit(1) from None
        typer.echo(f"Triton at {where}: {identity['engine']}, device {identity['options']['device']}")
