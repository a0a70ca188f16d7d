"""What the review costs: opening its questions, and one answer that very many cells share.

The answer stands against a bare UPDATE of as many rows in the same run; `python -m benchmarks.review` measures it
alone.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lab import Connection, Lab, count, ingest, lab, median, timed
from benchmarks.lists import VesselList
from benchmarks.report import Line
from workers import runtime

# A field whose values no other column is checked against, and one with which every row is checked again.
FIELDS = (("GEAR_TYPE", "Gear type", "XQZ", "OTB"), ("FLAG", "Flag", "Atlantis", "NOR"))

_UPDATE = (
    "UPDATE bench.extraction SET cleaned_value = 'NOR', null_reason = NULL, confidence = 1, rule_chain = '{2}',"
    " needs_review = false, review_status = 'decided', review_reason = NULL"
)


_ASKING = """
SELECT sum(extract(EPOCH FROM a.ended_at - a.begun_at))::float8, (SELECT count(*) FROM review.items)
FROM ops.job_attempt AS a JOIN ops.job AS j USING (job_id) WHERE j.queue = 'ask'
"""


def asked(url: str, connection: Connection) -> Iterator[Line]:
    """Lets the questions and audits of a database's documents be opened to the end; what that took."""
    runtime.run(url, ["ask"], drain=True)
    row = connection.execute(_ASKING).fetchone()
    assert row is not None
    seconds, items = row
    yield Line(
        "questions and audits, opened after the gate",
        f"{1000 * seconds / max(1, items):.1f} ms an item",
        f"{items:,} items with rows and suggestions in {seconds:.2f} s",
    )


@dataclass(frozen=True)
class Answer:
    """Seconds of review.decide and of the bare UPDATE, commit included, for so many cells of a field."""

    field: str
    cells: int
    decide_seconds: float
    update_seconds: float


def measure(place: Lab, cells: int = 100_000, repeat: int = 3) -> Iterator[Answer]:
    """A list of one vessel a row in which all rows share one gear and one flag that nobody knows; each is answered.

    Between two runs the answer is taken back, and the plain table (all columns of stage.csv_extractions, one
    row a cell) is made anew; medians.
    """
    with tempfile.TemporaryDirectory(prefix="ocb-") as directory, place.database() as (url, connection):
        path = Path(directory) / "review_shared.csv"
        _write(path, cells)
        ingest(place, url, connection, [VesselList(path, "OTHER", "REVIEW")], 1)
        runtime.run(url, ["ask"], drain=True)
        connection.execute("SELECT review.add_reviewer('bench', 'The benchmark')")
        connection.execute("CREATE SCHEMA bench")
        for field, _, _, answer in FIELDS:
            item = count(
                connection,
                f"SELECT max(item_id) FROM review.queue WHERE field = '{field}' AND decision_on = 'value'",
            )
            runs = [_run(connection, item, field, answer) for _ in range(repeat)]
            yield Answer(field, cells, median([d for d, _ in runs]), median([u for _, u in runs]))


def _run(connection: Connection, item: int, field: str, answer: str) -> tuple[float, float]:
    connection.execute("DROP TABLE IF EXISTS bench.extraction")
    connection.execute(
        f"CREATE TABLE bench.extraction AS SELECT * FROM stage.csv_extractions WHERE field = '{field}'"
    )
    connection.execute("VACUUM ANALYZE bench.extraction")
    connection.execute("CHECKPOINT")
    update = timed(lambda: connection.execute(_UPDATE))
    connection.execute("CHECKPOINT")
    decide = timed(
        lambda: connection.execute("SELECT review.decide(%s, 'custom', %s, 'bench')", [item, answer])
    )
    connection.execute("SELECT review.undo(%s, 'bench')", [item])
    return decide, update


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Vessel Name", *(header for _, header, _, _ in FIELDS), "Call Sign"])
        for n in range(rows):
            writer.writerow(
                [f"Vessel {n % 5_000}", *(shared for _, _, shared, _ in FIELDS), f"LA{n % 90 + 10}"]
            )


def lines(place: Lab, cells: int = 100_000, repeat: int = 3) -> Iterator[Line]:
    """`measure` as lines of the table."""
    for answer in measure(place, cells, repeat):
        yield Line(
            f"one answer for {answer.cells:,} cells of {answer.field}",
            f"{answer.decide_seconds:.2f} s",
            f"bare UPDATE of as many rows of a plain table: {answer.update_seconds:.2f} s; the answer takes "
            f"{answer.decide_seconds / answer.update_seconds:.2f} ×",
        )


if __name__ == "__main__":
    with lab() as fresh:
        for line in lines(fresh):
            print(f"{line.what}: {line.figure}  {line.beside}")
