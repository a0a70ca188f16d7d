"""`python -m benchmarks.identity [records.csv | list…]`: is one vessel found again in another register?

IMO numbers are hidden from identity and are the truth afterwards. Measured are the pairs of records of two
files that both have a valid IMO number: which of them identity, splink and a simple rule take for one
vessel. A records file has one record per vessel and file and the columns record_id, file, row_index, imo,
name, flag, ircs, length_m, tonnage, build_year; lists (by default the real ones) go through ingest, cleaning
and the gate first.
"""

from __future__ import annotations

import argparse
import csv
import logging
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.lab import Connection, Lab, ingest, lab
from benchmarks.lists import VesselList, vessel_list, vessel_lists
from workers.errors import OceanidError

Pair = tuple[str, str]
COLUMNS = ["record_id", "file", "row_index", "imo", "name", "flag", "ircs", "length_m", "tonnage", "build_year"]
_PLACEHOLDER = re.compile(r"^\W*(none|nil|n/?a|null|nan|unknown|unk|pending|tba|tbn|not applicable|no ircs|0*)\W*$", re.I)


@dataclass
class Record:
    """One vessel of one file, as it is said there. The IMO number is the truth, which nobody is shown."""

    record_id: str
    file: str
    imo: str | None
    name: str | None
    flag: str | None
    ircs: str | None
    length_m: float | None
    tonnage: float | None
    build_year: int | None
    mmsi: str | None = None
    eu_cfr: str | None = None
    length_type: str | None = None
    gross_tonnage: float | None = None
    gross_register_tonnage: float | None = None
    registrations: list[str] = field(default_factory=list)
    rfmo_ids: list[str] = field(default_factory=list)
    previous_names: list[str] = field(default_factory=list)
    previous_flags: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)

    @property
    def any_tonnage(self) -> float | None:
        """The tonnage, of whatever measure."""
        return next((t for t in (self.gross_tonnage, self.tonnage, self.gross_register_tonnage) if t), None)

    def bare(self) -> Record:
        """With the columns of a records file alone."""
        return Record(
            self.record_id, self.file, self.imo, self.name, self.flag, self.ircs,
            self.length_m, self.any_tonnage, self.build_year,
        )  # fmt: skip


@dataclass
class Result:
    """What a method took for one vessel, and how long it needed."""

    method: str
    pairs: set[Pair]
    seconds: float
    beside: str = ""


# ── Records ─────────────────────────────────────────────────────────────────────────────────────────────────


def valid_imo(text: str | None) -> str | None:
    """Seven digits whose check digit is right, or None."""
    digits = re.sub(r"\D", "", re.sub(r"\.0+$", "", text or ""))
    if len(digits) != 7 or sum(int(d) * w for d, w in zip(digits, range(7, 1, -1))) % 10 != int(digits[6]):
        return None
    return digits


def number(text: str | None) -> float | None:
    """The first number in a text, if it is positive."""
    found = re.search(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3}\b)", "", text or "").replace(",", "."))
    value = float(found[0]) if found else 0.0
    return value if value > 0 else None


def said(text: str | None) -> str | None:
    """The text, or None where it says that there is none."""
    text = (text or "").strip()
    return None if _PLACEHOLDER.match(text) else text


def read_records(path: Path, connection: Connection) -> list[Record]:
    """The records of a file.

    Flags are read with the vocabulary, numbers by their first digits; texts that say nothing count as nothing.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    missing = [column for column in COLUMNS if rows and column not in rows[0]]
    if missing:
        raise OceanidError(f"{path.name} has no column {', '.join(missing)}.", hint="It needs " + ", ".join(COLUMNS))
    flags = sorted({row["flag"] for row in rows if said(row["flag"])})
    code = dict(
        connection.execute(
            "SELECT f, coalesce(clean.country_of(f), ref.match_key(f)) FROM unnest(%s::text[]) AS f", [flags]
        ).fetchall()
    )
    records = []
    for row in rows:
        year = number(row["build_year"])
        year = int(str(int(year))[:4]) if year and year >= 1000 else 0
        records.append(
            Record(
                record_id=row["record_id"],
                file=row["file"],
                imo=valid_imo(row["imo"]),
                name=said(row["name"]),
                flag=code.get(row["flag"]),
                ircs=re.sub(r"[^A-Z0-9]", "", (said(row["ircs"]) or "").upper()) or None,
                length_m=number(row["length_m"]),
                tonnage=number(row["tonnage"]),
                build_year=year if 1850 <= year <= 2100 else None,
            )
        )
    return records


_RECORDS = """
    WITH cell AS MATERIALIZED (
        SELECT r.document_id, r.entry_id, x.field, x.cleaned_value AS value, x.row_index
        FROM stage.csv_extractions AS x JOIN identity.entry_row AS r USING (document_id, row_index)
        WHERE x.cleaned_value IS NOT NULL AND NOT x.needs_review AND x.field IS NOT NULL
    ), one AS (
        SELECT DISTINCT ON (c.document_id, c.entry_id, c.field) c.document_id, c.entry_id, c.field, c.value
        FROM cell AS c ORDER BY c.document_id, c.entry_id, c.field, c.row_index
    ), many AS (
        SELECT c.document_id, c.entry_id, c.field, array_agg(DISTINCT v) AS values
        FROM cell AS c CROSS JOIN LATERAL regexp_split_to_table(c.value, CASE WHEN c.field = 'PREVIOUS_NAME' THEN '[;,] ?' ELSE '; ' END) AS v
        WHERE c.field IN ('NATIONAL_REG_NO', 'PREVIOUS_REG_NO', 'EXTERNAL_MARKING', 'RFMO_ID', 'WIN', 'FFA_ID', 'PREVIOUS_NAME',
            'PREVIOUS_FLAG', 'OWNER_NAME', 'COMPANY_NAME')
        GROUP BY 1, 2, 3
    )
    SELECT d.file_name || ':' || o.entry_id, d.file_name, o.one, m.many
    FROM (
        SELECT o.document_id, o.entry_id, jsonb_object_agg(o.field, o.value) AS one FROM one AS o GROUP BY 1, 2
    ) AS o
    JOIN stage.documents AS d USING (document_id)
    LEFT JOIN (
        SELECT m.document_id, m.entry_id, jsonb_object_agg(m.field, m.values) AS many FROM many AS m GROUP BY 1, 2
    ) AS m USING (document_id, entry_id)
    ORDER BY d.file_name, o.entry_id
"""


def records_of_lists(place: Lab, lists: Sequence[VesselList]) -> list[Record]:
    """Ingest, clean and gate the lists; a record for each vessel and file from the cells that were accepted."""
    with place.database() as (url, connection):
        ingest(place, url, connection, lists, 2)
        return records_in(connection)


def records_in(connection: Connection) -> list[Record]:
    """A record for each vessel and document of a database, from the cells that were accepted."""
    connection.execute("SELECT identity.enter(document_id) FROM stage.documents ORDER BY document_id")
    connection.execute("SET enable_nestloop = off")
    rows = connection.execute(_RECORDS).fetchall()
    connection.execute("RESET enable_nestloop")
    records = []
    for record_id, file, one, many in rows:
        many = many or {}
        kind = one.get("TONNAGE_TYPE")
        tonnage = number(one.get("TONNAGE"))
        records.append(
            Record(
                record_id, file, valid_imo(one.get("IMO")), one.get("VESSEL_NAME"), one.get("FLAG"), one.get("IRCS"),
                number(one.get("LENGTH_OVERALL") or one.get("LENGTH")),
                tonnage if kind not in ("GT", "GRT") else None,
                int(one["BUILD_YEAR"]) if one.get("BUILD_YEAR") else None,
                mmsi=one.get("MMSI"),
                eu_cfr=one.get("EU_CFR"),
                length_type="LOA" if one.get("LENGTH_OVERALL") else one.get("LENGTH_TYPE"),
                gross_tonnage=number(one.get("GROSS_TONNAGE")) or (tonnage if kind == "GT" else None),
                gross_register_tonnage=number(one.get("GROSS_REGISTER_TONNAGE")) or (tonnage if kind == "GRT" else None),
                registrations=[*many.get("NATIONAL_REG_NO", []), *many.get("PREVIOUS_REG_NO", []),
                               *many.get("EXTERNAL_MARKING", [])],
                rfmo_ids=[*many.get("RFMO_ID", []), *many.get("WIN", []), *many.get("FFA_ID", [])],
                previous_names=many.get("PREVIOUS_NAME", []),
                previous_flags=many.get("PREVIOUS_FLAG", []),
                owners=[*many.get("OWNER_NAME", []), *many.get("COMPANY_NAME", [])],
            )
        )  # fmt: skip
    return records


# ── Methods ─────────────────────────────────────────────────────────────────────────────────────────────────


def load(connection: Connection, records: Sequence[Record], *, imo: bool = False) -> dict[int, Record]:
    """Entries with their evidence, a source per file; without IMO numbers unless asked for."""
    files = sorted({record.file for record in records})
    source = dict(
        connection.execute(
            "INSERT INTO stage.source (source_type, source_name) SELECT 'BENCH', f FROM unnest(%s::text[]) AS f"
            " RETURNING source_name, source_id",
            [files],
        ).fetchall()
    )
    first = connection.execute("SELECT coalesce(max(entry_id), 0) + 1 FROM identity.entry").fetchone()
    entries = {first[0] + i: record for i, record in enumerate(records)} if first else {}
    with connection.cursor() as cursor:
        with cursor.copy("COPY identity.entry (entry_id, source_id) FROM STDIN") as copy:
            for entry_id, record in entries.items():
                copy.write_row((entry_id, source[record.file]))
        with cursor.copy(
            "COPY identity.evidence (entry_id, source_id, imo, mmsi, ircs, eu_cfr, registrations, rfmo_ids, name,"
            " previous_names, flag, previous_flags, length_m, length_type, gross_tonnage, gross_register_tonnage, tonnage,"
            " year_built, owners) FROM STDIN"
        ) as copy:
            for entry_id, r in entries.items():
                copy.write_row(
                    (
                        entry_id, source[r.file], r.imo if imo else None, r.mmsi, r.ircs, r.eu_cfr, r.registrations,
                        r.rfmo_ids, r.name, r.previous_names, r.flag, r.previous_flags, r.length_m, r.length_type,
                        r.gross_tonnage, r.gross_register_tonnage, r.tonnage, r.build_year, r.owners,
                    )
                )  # fmt: skip
    return entries


def ours(connection: Connection, records: Sequence[Record], *, imo: bool = False) -> Result:
    """Weights estimated from these records, then every entry decided by them; the threshold is the shipped policy."""
    entries = load(connection, records, imo=imo)
    connection.execute("ANALYZE identity.evidence, identity.entry")
    started = time.perf_counter()
    version = connection.execute("SELECT identity.estimate_weights()").fetchone()
    estimated = time.perf_counter()
    connection.execute("SELECT count(*) FROM identity.adopt(%s)", version)
    done = time.perf_counter()
    vessels: dict[int, list[Record]] = defaultdict(list)
    for entry_id, vessel_id in connection.execute("SELECT entry_id, vessel_id FROM identity.membership").fetchall():
        vessels[vessel_id].append(entries[entry_id])
    return Result(
        "identity", pairs_within(vessels.values()), done - started,
        f"of which weights {estimated - started:.1f} s",
    )  # fmt: skip


def pairs_within(clusters: Iterable[Sequence[Record]]) -> set[Pair]:
    """All pairs of records of two files that are in one cluster."""
    return {
        pair(a, b) for cluster in clusters for a, b in combinations(cluster, 2) if a.file != b.file
    }


def pair(a: Record, b: Record) -> Pair:
    """The two, in one order."""
    return (a.record_id, b.record_id) if a.record_id < b.record_id else (b.record_id, a.record_id)


def simple_key(name: str | None) -> str:
    """Letters and digits of a name."""
    return re.sub(r"[^A-Z0-9]", "", (name or "").upper())


def simple_rule(records: Sequence[Record]) -> Result:
    """The same call sign, or the same name and flag and lengths within 5 %."""
    started = time.perf_counter()
    found = set()
    blocks: dict[object, list[Record]] = defaultdict(list)
    for record in records:
        if record.ircs:
            blocks[record.ircs].append(record)
        if simple_key(record.name) and record.flag:
            blocks[(simple_key(record.name), record.flag)].append(record)
    for key, block in blocks.items():
        for a, b in combinations(block, 2):
            near = (
                isinstance(key, str)
                or a.length_m and b.length_m and abs(a.length_m - b.length_m) <= 0.05 * max(a.length_m, b.length_m)
            )  # fmt: skip
            if a.file != b.file and near:
                found.add(pair(a, b))
    return Result("simple rule", found, time.perf_counter() - started)


def with_splink(records: Sequence[Record]) -> Result:
    """splink on DuckDB: names by Jaro–Winkler, term frequencies, EM over two blockings, then one-to-one assignment.

    Pairs from a match probability of one half on, the best first, as long as neither record has a partner in the
    other's file: splink's own threshold is a free choice, and one half is the one that its model calls more likely
    than not.
    """
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    columns = ["unique_id", "source_dataset", "name", "flag", "ircs", "length_m", "tonnage", "build_year", "mmsi", "registration"]
    rows = [
        (
            r.record_id, r.file, simple_key(r.name) or None, r.flag, r.ircs, r.length_m, r.any_tonnage, r.build_year,
            r.mmsi, simple_key(r.registrations[0]) or None if r.registrations else None,
        )
        for r in records
    ]  # fmt: skip
    started = time.perf_counter()
    raise NotImplementedError


# ── Measures ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Truth:
    """Pairs of records of two files that have one IMO number, among the records that have one."""

    records: dict[str, Record]
    pairs: set[Pair]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Truth:
        """From the IMO numbers of the records."""
        groups: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            if record.imo:
                groups[record.imo].append(record)
        return cls({r.record_id: r for r in records if r.imo}, pairs_within(groups.values()))

    def measure(self, result: Result) -> tuple[float, float, float, int]:
        """Precision, recall, F1 and the number of pairs that count: of two records that both have an IMO number."""
        counted = {p for p in result.pairs if p[0] in self.records and p[1] in self.records}
        right = len(counted & self.pairs)
        precision = right / len(counted) if counted else 1.0
        recall = right / len(self.pairs) if self.pairs else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return precision, recall, f1, len(counted)
