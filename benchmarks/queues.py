"""What the runtime costs.

Jobs that do nothing, against raw pgmq read and archive in batches of the same size.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.lab import Connection, Lab, timed
from workers import runtime
from workers.runtime_types import Commit, Job, Services

QUEUE = "bench"


@dataclass(frozen=True)
class QueueRates:
    """Messages per second.

    Pgmq alone, one transaction a batch; and jobs through the runtime, one transaction a job.
    """

    batch_size: int
    messages: int
    raw: float
    runtime: float


def do_nothing(job: Job, services: Services) -> Commit:
    """A job without work."""
    return lambda connection: None


def measure(lab: Lab, batch_sizes: tuple[int, ...] = (1, 10, 100), messages: int = 2_000) -> list[QueueRates]:
    """The same number of messages for each way and batch size, sent beforehand."""
    results = []
    with lab.database() as (url, connection):
        connection.execute("INSERT INTO ops.queue_policy (queue, batch_size) VALUES (%s, 1)", [QUEUE])
        for size in batch_sizes:
            _send(connection, f"raw {size}", messages)
            raw = timed(lambda: _drain_raw(connection, size))  # noqa: B023 (called at once)
            # The raw reader leaves no trace in the ledger: its jobs would look lost.
            connection.execute("DELETE FROM ops.job WHERE queue = %s", [QUEUE])
            connection.execute("UPDATE ops.queue_policy SET batch_size = %s WHERE queue = %s", [size, QUEUE])
            _send(connection, f"runtime {size}", messages)
            through = timed(
                lambda: runtime.run(url, [QUEUE], drain=True, handlers={QUEUE: do_nothing}, patience=0)
            )
            results.append(QueueRates(size, messages, messages / raw, messages / through))
    return results


def _send(connection: Connection, key: str, messages: int) -> None:
    connection.execute(
        "SELECT ops.enqueue_many(%s, array_agg(jsonb_build_object('n', n)), array_agg(%s || ' ' || n))"
        " FROM generate_series(1, %s) AS n",
        [QUEUE, key, messages],
    )
    connection.execute("VACUUM ANALYZE ops.job")


def _drain_raw(connection: Connection, size: int) -> None:
    while True:
        with connection.transaction():
            ids = [
                i for (i,) in connection.execute("SELECT msg_id FROM pgmq.read(%s, 60, %s)", [QUEUE, size])
            ]
            if not ids:
                return
            connection.execute("SELECT pgmq.archive(%s, %s::bigint[])", [QUEUE, ids])
