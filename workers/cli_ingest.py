"""`oceanid ingest`: files become documents of a source, and the job to read each is sent."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg.types.json import Jsonb
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from workers.database import connect, database_url
from workers.errors import OceanidError
from workers.objects import ObjectStore, hash_file, object_store, raw_key
from workers.pages import is_pdf
from workers.progress import Waited, wait_for
from workers.runtime_types import Connection
from workers.settings import get_settings

_SKIPPED_NAMES = ("~$", ".", "__MACOSX")


@dataclass(frozen=True, slots=True)
class Source:
    """Whose list it is."""

    source_type: str
    source_name: str
    list_name: str = "vessels"


@dataclass(frozen=True, slots=True)
class Registered:
    """A file that is a document now. Not new: the same bytes of the source were registered before."""

    document_id: int
    is_new: bool
    path: Path


def register_file(
    conn: Connection,
    store: ObjectStore,
    path: Path,
    source: Source,
    read_options: dict[str, Any] | None = None,
) -> Registered:
    """Put a file into the object store and register it; the document's job is sent with it.

    Raises OceanidError where the file cannot be read or is larger than the limit, psycopg.Error (SQLSTATE
    OC001) where the source or an option is malformed.
    """
    digest, size = hash_file(path)
    limit = conn.execute("SELECT value FROM stage.limits WHERE name = 'max_file_bytes'").fetchone()
    if limit is not None and size > limit[0]:
        raise OceanidError(
            f"{path} has {size:,} bytes; the limit is {limit[0]:,}.",
            hint="Split it, or raise max_file_bytes in stage.limits.",
        )
    key, kind, document_uuid = _place(conn, path, source, digest)
    # The bytes first: a job never finds a document without them. Bytes without a document are only unused.
    store.put(key, path)
    row = conn.execute(
        "SELECT document_id, is_new FROM stage.register_document(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            source.source_type,
            source.source_name,
            source.list_name,
            path.name,
            digest,
            size,
            key,
            Jsonb(read_options or {}),
            kind,
            document_uuid,
        ],
    ).fetchone()
    assert row is not None
    return Registered(row[0], row[1], path)


def _place(
    conn: Connection, path: Path, source: Source, digest: bytes
) -> tuple[str, str | None, uuid.UUID | None]:
    """Key in the object store, format and document_uuid to register with: a PDF lies with its pages."""
    if not is_pdf(path):
        return raw_key(digest, path.name), None, None
    row = conn.execute(
        "SELECT object_key, document_uuid FROM stage.place_document(%s, %s, %s, %s)",
        [source.source_type, source.source_name, source.list_name, digest],
    ).fetchone()
    assert row is not None
    return row[0], "pdf", row[1]


def files_of(paths: list[Path]) -> list[Path]:
    """The files that the paths name: a directory stands for all files below it, hidden and lock files left
    out.

    Raises OceanidError for a path that is not there, and where there is no file at all.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(
                file
                for file in sorted(path.rglob("*"))
                if file.is_file()
                and not any(part.startswith(_SKIPPED_NAMES) for part in file.relative_to(path).parts)
            )
        elif path.is_file():
            found.append(path)
        else:
            raise OceanidError(f"There is no file {path}.", hint="Check the path.")
    if not found:
        raise OceanidError(
            "There is no file in what you named.", hint="Name a file, or a directory with files."
        )
    return list(dict.fromkeys(found))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def ingest(
        paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, or directories of files.")],
        source_type: Annotated[str, typer.Option(help="What kind of source: RFMO, COUNTRY, …")],
        source_name: Annotated[str, typer.Option(help="Who publishes the list: NEAFC, SWE, …")],
        list_name: Annotated[str, typer.Option("--list", help="Which of the source's lists.")] = "vessels",
        encoding: Annotated[str | None, typer.Option(help="Encoding, instead of having it detected.")] = None,
        delimiter: Annotated[
            str | None, typer.Option(help="comma, semicolon, tab, pipe, none, or any one character.")
        ] = None,
        sheet: Annotated[str | None, typer.Option(help="Name of the sheet with the list.")] = None,
        header_row: Annotated[
            int | None, typer.Option(min=0, help="Row of the header, from 1; 0: the file has none.")
        ] = None,
        wait: Annotated[
            bool,
            typer.Option("--wait", help="Wait until all are cleaned; works itself where no worker runs."),
        ] = False,
    ) -> None:
        """Register files as documents of a source. The same file twice is one document."""
        options = {"encoding": encoding, "delimiter": delimiter, "sheet": sheet, "header_row": header_row}
        options = {name: value for name, value in options.items() if value is not None}
        settings = get_settings()
        store = object_store(settings)
        url = database_url(settings)
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        files = files_of(paths)
        source = Source(source_type, source_name, list_name)
        done: list[Registered] = []
        with connect(url, autocommit=True, application_name="oceanid ingest") as conn, _bar(console) as bar:
            task = bar.add_task("Registering", total=len(files))
            for file in files:
                done.append(register_file(conn, store, file, source, options))
                bar.advance(task)
        for one in done:
            what = "registered" if one.is_new else "known already"
            console.print(f"document {one.document_id}: {escape(one.path.name)} ({what})")
        if not wait:
            console.print(
                "`oceanid worker --drain` reads and cleans them; `oceanid status` shows how far they are."
            )
            return
        if not report(wait_for(url, [one.document_id for one in done], console=console), console):
            raise typer.Exit(1)


def report(documents: list[Waited], console: Console) -> bool:
    """Say how each document ended; false where one was rejected or given up."""
    good = True
    for document in documents:
        name = f"document {document.document_id} ({escape(document.file_name)})"
        if document.status == "rejected":
            good = False
            console.print(f"[bold red]rejected[/] {name}: {escape(document.rejection or '')}")
        elif document.dead is not None:
            good = False
            console.print(f"[bold red]given up[/] {name}: {escape(document.dead)}")
            console.print("  SELECT * FROM ops.dead_letters says more, and how to send it again.")
        else:
            console.print(
                f"[bold green]{document.status}[/] {name}: {document.row_count or 0:,} rows,"
                f" {document.column_count or 0} columns"
            )
    return good


def _bar(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console)
