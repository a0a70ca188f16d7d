"""`oceanid load-reference`: vocabularies whose files may not be shipped, from a file that the user has."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg.types.json import Jsonb
from rich.console import Console

from workers.database import connect, database_url
from workers.errors import OceanidError
from workers.settings import get_settings

BATCH_ROWS = 5_000

_JSON_HINT = "A JSON array of countries, each with cca3 and name, is needed."

# The code list of UN/LOCODE is published without a header.
UNLOCODE_COLUMNS = (
    "change", "country", "location", "name", "namewodiacritics", "subdivision",
    "status", "function", "date", "iata", "coordinates", "remarks",
)  # fmt: skip


class ReferenceList(StrEnum):
    """A list that `load-reference` can read."""

    asfis = "asfis"
    unlocode = "unlocode"
    countries = "countries"


_FUNCTIONS = {
    ReferenceList.asfis: "SELECT ref.load_species(%s)",
    ReferenceList.unlocode: "SELECT ref.load_locations(%s)",
    ReferenceList.countries: "SELECT ref.load_countries(%s)",
}
_NEEDED: dict[ReferenceList, tuple[set[str], ...]] = {
    ReferenceList.asfis: ({"alpha3_code", "3a_code"}, {"scientific_name"}),
    ReferenceList.unlocode: ({"country"}, {"location"}, {"function"}),
    ReferenceList.countries: ({"cca3"}, {"name"}),
}
_TITLES = {
    ReferenceList.asfis: "species",
    ReferenceList.unlocode: "ports",
    ReferenceList.countries: "names of countries",
}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command("load-reference")
    def load_reference(
        which: Annotated[
            ReferenceList,
            typer.Argument(
                help="asfis (FAO species), unlocode (UNECE locations), countries (JSON of names)."
            ),
        ],
        file: Annotated[Path, typer.Argument(help="The publisher's file: CSV, or JSON for countries.")],
    ) -> None:
        """Add a vocabulary from a file you have. The same file again changes nothing."""
        changed = load(database_url(get_settings()), which, read(which, file))
        Console(stderr=True).print(f"{changed:,} {_TITLES[which]} added or changed.", highlight=False)


def read(which: ReferenceList, file: Path) -> list[dict[str, Any]]:
    """Rows of a list's file, keys in lower case with underscores.

    Raises OceanidError where the file cannot be read, or is not the list that it should be.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OceanidError(
            f"{file} cannot be read: {error.strerror}.", hint="Check path and rights."
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # UN/LOCODE's files have been in this encoding for years.
        text = content.decode("cp1252", errors="replace")
    rows = _from_json(file, text) if which is ReferenceList.countries else _from_csv(which, text)
    known = set(rows[0]) if rows else set()
    if not all(known & names for names in _NEEDED[which]):
        missing = " and ".join("/".join(sorted(names)) for names in _NEEDED[which] if not known & names)
        raise OceanidError(
            f"{file} is no {which.value} list: it has no {missing}.",
            hint="Give the file as its publisher offers it, with its header.",
        )
    return rows


def load(url: str, which: ReferenceList, rows: list[dict[str, Any]]) -> int:
    """Hand the rows to the database in one transaction; how many rows of the vocabulary changed."""
    with connect(url, application_name="oceanid load-reference") as conn:
        return sum(_one(conn, which, batch) for batch in _batches(which, rows))


def _one(conn: Any, which: ReferenceList, batch: list[dict[str, Any]]) -> int:
    row = conn.execute(_FUNCTIONS[which], (Jsonb(batch),)).fetchone()
    return int(row[0])


def _batches(which: ReferenceList, rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    # A name is ambiguous only against the whole list, so countries go at once.
    size = max(len(rows), 1) if which is ReferenceList.countries else BATCH_ROWS
    return (rows[i : i + size] for i in range(0, len(rows), size))


def _from_csv(which: ReferenceList, text: str) -> list[dict[str, Any]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not rows:
        return []
    header = [re.sub(r"\W+", "_", name.strip().lower()) for name in rows[0]]
    if which is ReferenceList.unlocode and "country" not in header and len(header) == len(UNLOCODE_COLUMNS):
        header = list(UNLOCODE_COLUMNS)
    else:
        rows = rows[1:]
    # NUL cannot be in jsonb; no list means anything by it.
    return [{k: v.replace("\0", "") for k, v in zip(header, row, strict=False)} for row in rows]


def _from_json(file: Path, text: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise OceanidError(
            f"{file} is not JSON: {error}.", hint="A JSON array of countries is needed."
        ) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OceanidError(
            f"{file} is not a JSON array of objects.", hint="A JSON array of countries is needed."
        )
    return rows
