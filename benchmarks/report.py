"""The results as a table for the terminal and as the section of README.md between its markers."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.lists import REPOSITORY
from workers.errors import OceanidError

DOCUMENT = REPOSITORY / "README.md"
BEGIN = "<!-- results: written by `make bench` -->"
END = "<!-- end of results -->"


@dataclass(frozen=True)
class Line:
    """One figure: what was measured, the figure with its unit, what it is to be compared with."""

    what: str
    figure: str
    beside: str = ""


def show(title: str, lines: Iterable[Line]) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left")
    table.add_column("measured")
    table.add_column("figure", justify="right")
    table.add_column("beside it")
    for line in lines:
        table.add_row(line.what, line.figure, line.beside)
    Console().print(table)


def machine() -> str:
    """What it was measured on, in words that name no host."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} on {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def write(title: str, lines: Iterable[Line], document: Path = DOCUMENT) -> None:
    """Replace what stands between the markers. Raises OceanidError where the markers are missing."""
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise OceanidError(
            f"{document.name} has lost its markers.", hint=f"It needs the lines {BEGIN} and {END}."
        )
    rows = [f"| {line.what} | {line.figure} | {line.beside} |" for line in lines]
    table = "\n".join(["| measured | figure | beside it |", "|---|---:|---|", *rows])
    document.write_text(f"{before}{begin}\n{title}\n\n{table}\n{end}{after}", encoding="utf-8")
