"""Rows of a query as a table in the terminal: how `status`, `review` and `demo` speak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

from rich import box
from rich.console import Console
from rich.table import Table

from workers.runtime_types import Connection


def show(
    console: Console,
    connection: Connection,
    title: str,
    query: LiteralString,
    parameters: Sequence[Any] = (),
    *,
    empty: str = "Nothing.",
) -> int:
    """Print a query's rows under a title, or `empty` where there are none; the number of rows."""
    cursor = connection.execute(query, parameters)
    rows = cursor.fetchall()
    console.print(f"\n[bold]{title}[/]")
    if not rows:
        console.print(empty, style="dim")
        return 0
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column, value in zip(cursor.description or (), rows[0], strict=True):
        numeric = isinstance(value, int | float) or hasattr(value, "as_tuple")
        table.add_column(
            column.name.replace("_", " "), justify="right" if numeric else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(_text(value) for value in row))
    console.print(table)
    return len(rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value).replace("[", r"\[")
