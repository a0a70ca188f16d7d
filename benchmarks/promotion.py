"""Promotion and its rollback, against inserting the same finished rows plainly into empty tables of the same shape.

`python -m benchmarks.promotion` runs it alone. The records are those of the SPRFMO list, as often as need be,
every copy vessels of their own: other numbers, call signs and names, with the list's own distribution of values.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from benchmarks import report
from benchmarks.lab import Connection, Lab, count, lab, register, store, timed, wait_until_gated
from benchmarks.lists import SAMPLES, VesselList
from benchmarks.report import Line

TABLES = (
    "record_versions", "names", "identifiers", "flags", "authorisations", "associates", "metrics", "builds",
    "attributes", "vessels",
)  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Promotion:
    """Seconds, commit included, for so many records; statements are rows of the assertion tables."""

    records: int
    rows: int
    held: int
    vessels: int
    promote_seconds: float
    again_seconds: float
    rollback_seconds: float
    insert_seconds: float


def measure(lab: Lab, records: int = 50_000, repeat: int = 3) -> Promotion:
    """Promote one list of so many records, promote it again, roll it back; insert the same rows plainly, medians."""
    with tempfile.TemporaryDirectory(prefix="ocb-") as directory, lab.database() as (url, connection):
        path = Path(directory) / "promotion.csv"
        write(path, records)
        ingest_only(lab, url, connection, VesselList(path, "RFMO", "PROMOTION"))
        document = count(connection, "SELECT max(document_id) FROM stage.documents")
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
        promote = timed(lambda: connection.execute("SELECT * FROM promote.run(%s)", [document]))
        found = connection.execute(
            "SELECT run_id, status, records, records_held, vessels FROM stage.promotion_log"
            " ORDER BY run_id DESC LIMIT 1"
        ).fetchone()
        assert found is not None and found[1] == "promoted", found
        run_id, _, promoted, held, vessels = found
        rows = sum(count(connection, f"SELECT count(*) FROM curated.{table}") for table in TABLES)
        again = timed(lambda: connection.execute("SELECT * FROM promote.run(%s)", [document]))
        inserted = sorted(plain_insert(connection) for _ in range(repeat))[repeat // 2]
        connection.execute("CHECKPOINT")
        back = timed(lambda: connection.execute("SELECT * FROM promote.rollback(%s, 'bench')", [run_id]))
        assert count(connection, "SELECT count(*) FROM curated.vessels") == 0
    return Promotion(promoted, rows, held, vessels, promote, again, back, inserted)


def ingest_only(lab: Lab, url: str, connection: Connection, item: VesselList) -> None:
    """File to gated, and not further: what the queue would promote by itself is measured here."""
    with lab.workers(url, 1, queues=["ingest", "clean", "score", "ask"]):
        register(connection, store([item]))
        wait_until_gated(connection)


def plain_insert(connection: Connection) -> float:
    """Seconds to insert the finished rows into empty tables of the same shape, indexes and checks included."""
    connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")
    connection.execute("CREATE SCHEMA bench")
    for table in TABLES:
        name = sql.Identifier(table)
        connection.execute(sql.SQL("CREATE TABLE bench.{0} (LIKE curated.{0} INCLUDING ALL)").format(name))
        if table not in ("record_versions", "vessels"):
            connection.execute(
                sql.SQL(
                    "ALTER TABLE bench.{0} ADD FOREIGN KEY (record_version_id)"
                    " REFERENCES bench.record_versions ON DELETE CASCADE"
                ).format(name)
            )
    columns = {table: _columns(connection, table) for table in TABLES}
    connection.execute("CHECKPOINT")

    def insert() -> None:
        with connection.transaction():
            for table in TABLES:
                connection.execute(
                    sql.SQL(
                        "INSERT INTO bench.{0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM curated.{0}"
                    ).format(sql.Identifier(table), columns[table])
                )

    return timed(insert)


def _columns(connection: Connection, table: str) -> sql.Composable:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [f"curated.{table}"],
    ).fetchall()
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)


def write(path: Path, records: int) -> None:
    """The SPRFMO list, repeated as vessels of their own."""
    with (SAMPLES / "sprfmo_2025.csv").open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    place = {name: header.index(name) for name in ("Vessel Name", "IMO Number", "Registration", "Call Sign")}
    numbers = _imo_numbers()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for n, row in enumerate(itertools.islice(itertools.cycle(rows), records)):
            again = list(row)
            if n >= len(rows):
                turn = _letters(n // len(rows))
                again[place["Vessel Name"]] = f"{row[place['Vessel Name']]} {turn}"
                again[place["Registration"]] = (
                    row[place["Registration"]] and f"{row[place['Registration']]}-{turn}"
                )
                # a call sign of the same series, as long as one may be
                again[place["Call Sign"]] = row[place["Call Sign"]] and f"{row[place['Call Sign']][:4]}{turn}"
                again[place["IMO Number"]] = row[place["IMO Number"]] and next(numbers)
            writer.writerow(again)


def _letters(n: int) -> str:
    return _LETTERS[n // 26 % 26] + _LETTERS[n % 26]


def _imo_numbers() -> Iterator[str]:
    """Valid IMO numbers, from where no ship has one."""
    for n in range(100_000, 1_000_000):
        digits = str(n)
        yield digits + str(sum(int(d) * w for d, w in zip(digits, range(7, 1, -1), strict=True)) % 10)


def lines(found: Promotion) -> Sequence[Line]:
    """The figures as lines of the README's table."""
    return [
        Line(
            f"promotion of {found.records:,} records",
            f"{found.promote_seconds / found.insert_seconds:.1f} × plain insert",
            f"{found.promote_seconds:.1f} s against {found.insert_seconds:.1f} s for INSERT … SELECT of the same"
            f" {found.rows:,} rows with indexes and keys; {found.vessels:,} vessels, {found.held:,} records held",
        ),
        Line(
            "rolling it back",
            f"{found.rollback_seconds / found.promote_seconds:.2f} × promotion",
            f"{found.rollback_seconds:.1f} s; promoting again without a change {found.again_seconds:.1f} s",
        ),
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promotion", description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3, help="plain insertions of which the median counts")
    options = parser.parse_args()
    with lab() as place:
        report.show("Promotion", lines(measure(place, options.records, options.repeat)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
