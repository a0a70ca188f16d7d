"""`oceanid migrate` and `oceanid sql`: the database itself."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import psycopg
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from workers.database import connect, database_url
from workers.errors import OceanidError
from workers.settings import get_settings

TABLE_ROWS = 1_000


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    csv = "csv"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""

    @app.command()
    def migrate() -> None:
        """Bring the database to what this release defines, or change nothing. May be called any number of
        times."""
        from workers.deploy import migrate as deploy

        report = deploy(database_url(get_settings()))
        if not report.changed:
            typer.echo(f"Up to date ({report.seconds:.2f} s).")
            return
        for title, names in (
            ("revisions", report.revisions),
            ("made or changed", report.deployed),
            ("dropped", report.dropped),
        ):
            if names:
                shown = ", ".join(names) if len(names) <= 8 else f"{len(names)} objects"
                typer.echo(f"{title}: {shown}")
        for table, rows in report.reference.items():
            typer.echo(f"reference data: {table}, {rows} rows changed")
        typer.echo(f"Migrated in {report.seconds:.2f} s.")

    @app.command()
    def sql(
        query: Annotated[str, typer.Argument(help="One SQL statement; `-` reads it from standard input.")],
        format: Annotated[
            Format, typer.Option("--format", "-f", help="How the rows are written.")
        ] = Format.table,
        write: Annotated[bool, typer.Option("--write", help="Allow the statement to change data.")] = False,
    ) -> None:
        """Run one SQL statement and print its rows. Read-only unless --write is given."""
        run_sql(sys.stdin.read() if query == "-" else query, format, write=write)


def run_sql(query: str, output: Format, *, write: bool = False) -> None:
    """Run one statement and print its rows on standard output, row by row except as a table.

    Raises OceanidError where the statement would change data without `write`, psycopg.Error where it is
    wrong.
    """
    with connect(database_url(get_settings()), application_name="oceanid sql") as conn:
        conn.read_only = not write
        with conn.cursor() as cursor:
            try:
                # stream() speaks the extended protocol: a second statement behind a semicolon is refused, so
                # nothing leaves the read-only transaction.
                rows = cursor.stream(query)
                first = next(rows, None)
            except psycopg.errors.ReadOnlySqlTransaction as error:
                raise OceanidError(str(error), hint="Add --write to let it change data.") from error
            except psycopg.ProgrammingError as error:
                if error.sqlstate is not None or "didn't produce" not in str(error):
                    raise
                typer.echo("Done.", err=True)
                return
            columns = [c.name for c in cursor.description or ()]
            _print(columns, _chain(first, rows), output)


def _chain(first: Sequence[Any] | None, rest: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    if first is not None:
        yield first
        yield from rest


def _print(columns: list[str], rows: Iterator[Sequence[Any]], output: Format) -> None:
    if output is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if v is None else _text(v) for v in row] for row in rows)
    elif output is Format.json:
        sys.stdout.write("[")
        for i, row in enumerate(rows):
            sys.stdout.write(",\n " if i else "")
            json.dump(dict(zip(columns, row, strict=True)), sys.stdout, ensure_ascii=False, default=_jsonable)
        sys.stdout.write("]\n")
    else:
        _print_table(columns, rows)


def _print_table(columns: list[str], rows: Iterator[Sequence[Any]]) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    shown = 0
    more = False
    for row in rows:
        if shown == TABLE_ROWS:
            more = True
            break
        table.add_row(*("" if v is None else _text(v).replace("[", r"\[") for v in row))
        shown += 1
    for _ in rows:  # the connection is not free before the last row
        pass
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(200, console.width))
    console.print(table)
    typer.echo(
        f"The first {shown} rows; --format csv or json prints all."
        if more
        else f"{shown} row{'s' * (shown != 1)}",
        err=True,
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_jsonable)
    return str(value)


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
