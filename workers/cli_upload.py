"""`oceanid upload`: sends files to a server (`oceanid serve`) over HTTP, and shows receipt and progress."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer
import urllib3
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from workers.cli_ingest import files_of
from workers.errors import ConfigurationError, OceanidError, ServiceUnavailable
from workers.objects import hash_file
from workers.settings import Settings, get_settings

_PIECE = 256 * 1024
_SETTLED = ("gated", "rejected")


class Refused(OceanidError):
    """The server does not take it. `status` is the answer's."""

    def __init__(self, status: int, message: str, *, hint: str | None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class Client:
    """A server that takes uploads, and who sends them. Raises Refused, ServiceUnavailable."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        # A body that was sent in part cannot be sent again by the library; who calls may.
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=10, read=600), retries=False)

    def terms(self) -> dict[str, Any]:
        """What may be sent."""
        return self._ask("GET", "/upload")

    def receipt(self, some_id: str) -> dict[str, Any]:
        """The receipt of an upload or a document, with its progress."""
        return self._ask("GET", f"/upload/{quote(some_id)}")

    def send(
        self, path: Path, declared: dict[str, str], pieces: Iterator[bytes], size: int
    ) -> dict[str, Any]:
        """A file through the server. `pieces` are its bytes."""
        return self._ask(
            "POST",
            "/upload?" + urlencode({**declared, "file_name": path.name}),
            body=pieces,
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(size)},
        )

    def send_past(
        self, path: Path, declared: dict[str, str], pieces: Iterator[bytes], size: int
    ) -> dict[str, Any]:
        """A large file straight into the object store; then the server verifies it."""
        digest, _ = hash_file(path)
        announced = {**declared, "file_name": path.name, "byte_size": size, "sha256": digest.hex()}
        place = self._ask(
            "POST",
            "/upload/presigned",
            body=json.dumps(announced).encode(),
            headers={"Content-Type": "application/json"},
        )
        answer = self._request(place["method"], place["url"], body=pieces, headers=place["headers"])
        if answer.status >= 300:
            raise Refused(
                answer.status,
                f"The object store refuses the file: {answer.status}.",
                hint="Begin the upload anew.",
            )
        return self._ask("POST", place["complete"])

    def _ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        answer = self._request(
            method, self._url + path, body=body, headers={**self._headers, **(headers or {})}
        )
        try:
            said = json.loads(answer.data)
        except ValueError:
            said = {}
        if answer.status >= 300 or not isinstance(said, dict):
            message = said.get("error") if isinstance(said, dict) else None
            raise Refused(
                answer.status,
                message or f"{self._url} answers {answer.status}, and not as an Oceanid server does.",
                hint=said.get("hint") if message else "Check OCEANID_UPLOAD_URL.",
            )
        return said

    def _request(self, method: str, url: str, *, body: Any, headers: dict[str, str]) -> Any:
        try:
            return self._http.request(method, url, body=body, headers=headers)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise ServiceUnavailable(
                f"{self._url} does not answer, or hung up: {error}",
                hint="Check OCEANID_UPLOAD_URL and that `oceanid serve` runs there.",
            ) from error


def client_of(settings: Settings) -> Client:
    """The client that the settings describe. Raises ConfigurationError without a token."""
    if settings.upload_token is None:
        raise ConfigurationError(
            "There is no token for uploads.",
            hint="Set OCEANID_UPLOAD_TOKEN to what SELECT stage.add_uploader('you', 'Your Name') returned.",
        )
    return Client(settings.upload_url, settings.upload_token.get_secret_value())


def upload_file(
    client: Client, path: Path, declared: dict[str, str], progress: Progress | None = None
) -> dict[str, Any]:
    """Send one file, by the way its size needs; the server's answer (doc_id, doc_sha256, is_new, …)."""
    size = path.stat().st_size
    terms = client.terms()
    limit = terms["max_presigned_bytes"] if terms["presigned"] else terms["max_bytes"]
    if size > limit:
        raise Refused(
            413,
            f"It has {size:,} bytes; the limit is {limit:,}.",
            hint="Split it; an operator changes the limit.",
        )
    past = size > terms["max_bytes"]
    task = progress.add_task(path.name, total=size) if progress else None

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece
                if progress and task is not None:
                    progress.advance(task, len(piece))

    return (client.send_past if past else client.send)(path, declared, pieces(), size)


def follow(client: Client, doc_id: str, console: Console, every: float = 1.0) -> bool:
    """Show how a document goes on until nothing more happens by itself; false where it was rejected or given up."""
    shown = None
    while True:
        receipt = client.receipt(doc_id)
        document = receipt["document"] or {}
        dead = next((job for job in receipt["jobs"] if job["state"] == "dead"), None)
        waits = [f"{job['queue']} ({job['error'] or job['state']})" for job in receipt["jobs"]]
        line = f"{document.get('status', receipt['state'])}" + (
            f", waits for {'; '.join(waits)}" if waits else ""
        )
        if line != shown:
            console.print(f"  {escape(line)}")
            shown = line
        if dead is not None:
            console.print(f"  [bold red]given up[/]: {escape(dead['error'] or dead['queue'])}")
            return False
        if document.get("status") in _SETTLED:
            if document["status"] == "rejected":
                console.print(f"  [bold red]rejected[/]: {escape(document['rejection'])}")
            return bool(document["status"] == "gated")
        time.sleep(every)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def upload(
        paths: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files, or directories of files.")],
        source_type: Annotated[
            str | None,
            typer.Option(help="What kind of source: RFMO, COUNTRY, … Not needed where the token has one."),
        ] = None,
        source_name: Annotated[str | None, typer.Option(help="Who publishes the list: NEAFC, SWE, …")] = None,
        list_name: Annotated[str | None, typer.Option("--list", help="Which of the source's lists.")] = None,
        wait: Annotated[
            bool, typer.Option("--wait", help="Show the progress until all are cleaned.")
        ] = False,
    ) -> None:
        """Send files to an Oceanid server (OCEANID_UPLOAD_URL). The same file twice is one document."""
        client = client_of(get_settings())
        declared = {
            name: value
            for name, value in (
                ("source_type", source_type),
                ("source_name", source_name),
                ("list_name", list_name),
            )
            if value
        }
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        good = True
        for path in files_of(paths):
            try:
                with _bar(console) as bar:
                    said = upload_file(client, path, declared, bar)
            except Refused as error:
                good = False
                console.print(f"[bold red]refused[/] {escape(path.name)}: {escape(str(error))}")
                if error.status in (401, 429):
                    break
                continue
            what = "taken" if said["is_new"] else "known already"
            console.print(f"{said['doc_id']}  {said['doc_sha256']}  {escape(path.name)} ({what})")
            if wait:
                good = follow(client, said["doc_id"], console) and good
        if not good:
            raise typer.Exit(1)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
    )
