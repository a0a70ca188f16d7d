"""From file to committed, gated cells: all lists at once, two worker processes and one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.lab import Connection, Lab, count, ingest
from benchmarks.lists import VesselList


@dataclass(frozen=True)
class EndToEnd:
    """One run. Seconds are wall-clock from enqueued to gated; `steps` sums the jobs' own seconds by queue."""

    processes: int
    seconds: float
    server_cpu: float
    cells: int
    filled_cells: int
    distinct_values: int
    to_review: int
    steps: dict[str, float]

    @property
    def rate(self) -> float:
        """Cells per second."""
        return self.cells / self.seconds


def measure(lab: Lab, lists: Sequence[VesselList], processes: int) -> EndToEnd:
    """Ingest all lists into a fresh database."""
    with lab.database() as (url, connection):
        before = lab.server_cpu()
        seconds = ingest(lab, url, connection, lists, processes)
        return outcome(connection, processes, seconds, lab.server_cpu() - before)


def outcome(connection: Connection, processes: int, seconds: float, server_cpu: float) -> EndToEnd:
    """What a database holds after an ingest."""
    steps = {
        str(queue): float(busy)
        for queue, busy in connection.execute(
            "SELECT queue, extract(EPOCH FROM sum(a.ended_at - a.begun_at))"
            " FROM ops.job_attempt AS a JOIN ops.job AS j USING (job_id) GROUP BY queue ORDER BY queue"
        )
    }
    return EndToEnd(
        processes,
        seconds,
        server_cpu,
        count(connection, "SELECT sum(row_count * column_count) FROM stage.documents"),
        count(connection, r"SELECT sum(cell_count) FROM stage.raw_values WHERE raw_value ~ '\S'"),
        count(connection, "SELECT count(*) FROM stage.distinct_values"),
        count(
            connection,
            "SELECT sum(v.cell_count) FROM stage.cell_values AS v JOIN stage.distinct_values AS"
            " d USING (value_id)"
            " WHERE d.needs_review",
        ),
        steps,
    )
