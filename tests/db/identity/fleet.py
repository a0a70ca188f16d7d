"""Entries with their evidence, as promotion writes them, for tests of identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

ARRAYS = {"registrations", "rfmo_ids", "previous_names", "previous_flags", "owners"}


class Fleet:
    """Sources, entries and evidence of one test's database."""

    def __init__(self, db: psycopg.Connection) -> None:
        self.db = db
        self._sources: dict[str, int] = {}

    def one(self, query: str, *values: object) -> Any:
        """The first column of the first row."""
        row = self.db.execute(query, values).fetchone()
        return None if row is None else row[0]

    def source(self, name: str) -> int:
        """The source of that name."""
        if name not in self._sources:
            self._sources[name] = self.one(
                "INSERT INTO stage.source (source_type, source_name) VALUES ('RFMO', %s) RETURNING source_id",
                name,
            )
        return self._sources[name]

    def entry(self, source: str, **evidence: object) -> int:
        """An entry of a source; active with this evidence where there is any. Nothing is resolved yet."""
        entry_id = self.one(
            "INSERT INTO identity.entry (source_id) VALUES (%s) RETURNING entry_id", self.source(source)
        )
        if evidence:
            self.says(entry_id, **evidence)
        return int(entry_id)

    def says(self, entry_id: int, **evidence: object) -> None:
        """What the entry's promoted records say now, in place of what they said."""
        self.db.execute("DELETE FROM identity.evidence WHERE entry_id = %s", [entry_id])
        columns = ", ".join(evidence)
        self.db.execute(
            f"INSERT INTO identity.evidence (entry_id, source_id, {columns})"
            f" SELECT entry_id, source_id, {', '.join(['%s'] * len(evidence))} FROM identity.entry WHERE entry_id = %s",
            [*evidence.values(), entry_id],
        )

    def falls_silent(self, entry_id: int) -> None:
        """The entry is not active any more."""
        self.db.execute("DELETE FROM identity.evidence WHERE entry_id = %s", [entry_id])

    def resolve(self, *entry_ids: int) -> list[tuple[int, int | None, int | None]]:
        """identity.resolve of these, or of all."""
        ids: Iterable[int] = entry_ids or [
            r[0] for r in self.db.execute("SELECT entry_id FROM identity.entry")
        ]
        return self.db.execute("SELECT * FROM identity.resolve(%s)", [list(ids)]).fetchall()

    def vessels(self) -> Mapping[int, int]:
        """Which vessel each active entry is."""
        return dict(
            self.db.execute("SELECT entry_id, vessel_id FROM identity.membership ORDER BY 1").fetchall()
        )

    def outcome(self, a: int, b: int) -> str | None:
        """What became of a pair."""
        found = self.one(
            "SELECT outcome FROM identity.pair WHERE entry_a = %s AND entry_b = %s", min(a, b), max(a, b)
        )
        return None if found is None else str(found)


def trawler(**other: object) -> dict[str, object]:
    """A vessel that says enough to be found again."""
    return {
        "name": "HAVBRIS",
        "flag": "NOR",
        "ircs": "LABC",
        "length_m": 53.1,
        "gross_tonnage": 1327,
        "year_built": 1993,
        **other,
    }
