"""The vessel lists that are measured.

The real ones beside the repository where they are there, else its samples.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_LISTS = REPOSITORY.parent / "shared" / "data" / "vessels"
SAMPLES = REPOSITORY / "samples"

_SUFFIXES = {".csv", ".tsv", ".xlsx", ".xls", ".ods"}
_SOURCES = {
    "nafo": ("RFMO", "NAFO"),
    "neafc": ("RFMO", "NEAFC"),
    "npfc": ("RFMO", "NPFC"),
    "sprfmo": ("RFMO", "SPRFMO"),
    "wcpfc": ("RFMO", "WCPFC"),
    "iattc": ("RFMO", "IATTC"),
    "uk": ("COUNTRY", "UK MMO"),
    "eu": ("COUNTRY", "EU FLEET"),
}


@dataclass(frozen=True)
class VesselList:
    """A file and who publishes it."""

    path: Path
    source_type: str
    source_name: str


def vessel_lists(directory: Path | None = None) -> list[VesselList]:
    """The lists of a directory, by default the real ones or else the samples.

    Largest first, as an operator would.
    """
    if directory is None:
        directory = REAL_LISTS if REAL_LISTS.is_dir() else SAMPLES
    files = [path for path in directory.iterdir() if path.suffix.lower() in _SUFFIXES]
    files.sort(key=lambda path: path.stat().st_size, reverse=True)
    return [vessel_list(path) for path in files]


def vessel_list(path: Path) -> VesselList:
    """A file with the source that its name begins with; `OTHER` and the name's first word if unknown."""
    word = path.stem.partition("_")[0].lower()
    source_type, source_name = _SOURCES.get(word, ("OTHER", word.upper()))
    return VesselList(path, source_type, source_name)


def grown(origin: Path, target: Path, copies: int) -> VesselList:
    """A CSV list so many times as long, in which what was distinct stays distinct.

    In every copy after the first, a text that its column has (nearly) once gets the copy's number:
    names, identifiers, registrations. Texts of a vocabulary (flags, gears, dates, years) repeat, as
    they do in a list that grows.
    """
    with origin.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    distinct = [len({row[i] for row in rows if i < len(row)}) for i in range(len(header))]
    own = {i for i, n in enumerate(distinct) if n > len(rows) / 5}
    partial = target.with_name(f".{target.name}-{os.getpid()}")
    with partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
        for copy in range(1, copies):
            writer.writerows(_numbered(rows, own, copy))
    partial.replace(target)
    return VesselList(target, "BENCH", target.stem.upper())


def _numbered(rows: Iterable[list[str]], own: set[int], copy: int) -> Iterable[list[str]]:
    for row in rows:
        yield [_other(text, copy) if i in own else text for i, text in enumerate(row)]


def _other(text: str, copy: int) -> str:
    """Another text of the same shape: digits go into the tail of a number, after a blank behind a word."""
    if not text.strip():
        return text
    if text.replace(".", "", 1).isdigit():
        return f"{text}{copy}" if "." in text else f"{text}.{copy}"
    return f"{text} {copy}"
