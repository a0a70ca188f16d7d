"""All benchmarks in one run on one server, and their figures as lines of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import end_to_end, memory, plain_copy, polars_script, quality, queues, recleaning, review
from benchmarks.end_to_end import EndToEnd
from benchmarks.lab import Lab, ingest, median
from benchmarks.lists import VesselList
from benchmarks.report import Line


def run(
    lab: Lab,
    lists: Sequence[VesselList],
    grow: Path,
    *,
    repeat: int = 3,
    factors: tuple[int, int] = (2, 20),
    messages: int = 2_000,
    cells: int = 100_000,
) -> Iterator[Line]:
    """Measure everything, yielding lines as they are known.

    `grow` is the CSV list that the memory test repeats; `cells` is how many share the question of the review test.
    """
    two = _median([end_to_end.measure(lab, lists, 2) for _ in range(repeat)])
    yield Line(
        f"{len(lists)} lists, file to gated, 2 workers",
        f"{two.rate:,.0f} cells/s",
        f"{two.cells:,} cells ({two.filled_cells:,} not blank, {two.distinct_values:,} distinct values) in "
        f"{two.seconds:.2f} s; server CPU {two.server_cpu:.1f} s",
    )
    with lab.database() as (url, connection):
        before = lab.server_cpu()
        seconds = ingest(lab, url, connection, lists, 1)
        one = end_to_end.outcome(connection, 1, seconds, lab.server_cpu() - before)
        yield Line("the same, 1 worker", f"{one.rate:,.0f} cells/s", f"{one.seconds:.2f} s")
        yield Line("its steps", "", ", ".join(f"{step} {busy:.2f} s" for step, busy in one.steps.items()))

        yield from review.asked(url, connection)
        yield from quality.measure(connection)
        copy = plain_copy.measure(connection, lists, repeat)
        yield Line(
            "plain COPY of the same cells, text ready in memory",
            f"{copy.cells / copy.prepared_seconds:,.0f} cells/s",
            f"{copy.prepared_seconds:.2f} s; file to gated with 2 workers takes "
            f"{two.seconds / copy.prepared_seconds:.1f} ×",
        )
        yield Line(
            "plain COPY, the files read by csv and calamine",
            f"{copy.files_cells / copy.files_seconds:,.0f} cells/s",
            f"{copy.files_seconds:.2f} s; file to gated with 2 workers takes "
            f"{two.seconds / copy.files_seconds:.1f} ×",
        )

        yield Line(
            "plain COPY, the files read, a cell a call (psycopg's write_row)",
            f"{copy.files_cells / copy.rows_seconds:,.0f} cells/s",
            f"{copy.rows_seconds:.2f} s; file to gated with 2 workers takes "
            f"{two.seconds / copy.rows_seconds:.1f} ×",
        )

        script = polars_script.measure(connection, lists, repeat)
        yield Line(
            "polars script, file to cleaned in memory",
            f"{script.rate:,.0f} cells/s",
            f"{script.seconds:.2f} s; same clean value in {script.agreement:.1%} of"
            f" {script.compared_cells:,} cells",
        )

        first = one.steps.get("clean", 0.0) + one.steps.get("score", 0.0)
        for again in recleaning.measure(connection, url):
            yield Line(
                f"re-clean: {again.what}",
                f"{first / again.total:.1f} × faster",
                f"{again.total:.2f} s against {first:.2f} s for the first cleaning; "
                f"{again.values_cleaned:,} values looked at, {again.values_changed:,} changed",
            )

    yield from review.lines(lab, cells, repeat)

    for rates in queues.measure(lab, messages=messages):
        yield Line(
            f"jobs through the runtime, batches of {rates.batch_size}",
            f"{rates.runtime:,.0f} jobs/s",
            f"raw pgmq read and archive: {rates.raw:,.0f} messages/s",
        )

    small, large = memory.measure(lab, grow, factors)
    for queue in memory.QUEUES:
        yield Line(
            f"worker memory, queue {queue}",
            f"{large.peak[queue] / small.peak[queue] - 1:+.0%}",
            f"{small.peak[queue]:.0f} MiB at {small.rows:,} rows ({small.file_size / 2**20:.1f} MiB), "
            f"{large.peak[queue]:.0f} MiB at {large.rows:,} rows ({large.file_size / 2**20:.1f} MiB)",
        )


def _median(runs: Sequence[EndToEnd]) -> EndToEnd:
    middle = median([run.seconds for run in runs])
    return next(run for run in runs if run.seconds == middle)
