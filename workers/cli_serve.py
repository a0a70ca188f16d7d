"""`oceanid serve`: the built-in review in a browser, and uploads."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from workers.database import connect, database_url
from workers.errors import ConfigurationError
from workers.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def serve(
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8600,
    ) -> None:
        """Serve the review pages and take uploads.

        Reviewers sign in with the token that review.add_reviewer gave them; uploads carry that of stage.add_uploader.
        """
        try:
            import uvicorn

            from workers.web.app import create_app
            from workers.web.sessions import review_key
        except ImportError as error:
            raise ConfigurationError(
                f"The review pages need packages that are not installed: {error.name}.",
                hint="pip install 'oceanid[web]'",
            ) from error
        settings = get_settings()
        url = database_url(settings)
        with connect(url, autocommit=True) as connection:
            if connection.execute("SELECT to_regprocedure('review.sign_in(text)') IS NULL").fetchone() == (
                True,
            ):
                raise ConfigurationError(
                    "This database has no review yet.", hint="Run `oceanid migrate` first."
                )
        key = review_key(settings)
        console = Console(highlight=False)
        console.print(f"Review at http://{host}:{port}/, uploads at /upload (Ctrl-C stops it)")
        if host not in ("127.0.0.1", "localhost", "::1"):
            console.print("Others can reach this address: put a proxy with TLS in front.", style="yellow")
        uvicorn.run(
            create_app(url, key, settings), host=host, port=port, log_level="warning", server_header=False
        )
