"""Peak memory of a worker process on a list and on one ten times as long."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from benchmarks import lists
from benchmarks.lab import Lab, count, register, store
from workers import runtime

QUEUES = ("ingest", "clean", "score")


@dataclass(frozen=True)
class Memory:
    """MiB that a worker process of each queue had at most (VmHWM)."""

    rows: int
    cells: int
    file_size: int
    peak: dict[str, float]


def measure(lab: Lab, origin: Path, factors: tuple[int, int] = (2, 20)) -> list[Memory]:
    """The list `origin` repeated `factors` times with distinct values, each by a new worker process."""
    return [_one(lab, origin, factor) for factor in factors]


def _one(lab: Lab, origin: Path, factor: int) -> Memory:
    path = lab.home / f"memory_{factor}.csv"
    item = lists.grown(origin, path, factor)
    with lab.database() as (url, connection):
        register(connection, store([item]))
        peak = {}
        for queue in QUEUES:
            peak[queue] = _peak_of_a_worker(url, queue)
        rows = count(connection, "SELECT sum(row_count) FROM stage.documents WHERE status = 'gated'")
        cells = count(connection, "SELECT sum(row_count * column_count) FROM stage.documents")
    size = path.stat().st_size
    path.unlink()
    return Memory(rows, cells, size, peak)


def _peak_of_a_worker(url: str, queue: str) -> float:
    """A worker process of its own for each queue: a peak cannot be taken back."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(url, queue, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        return float(ours.recv())
    finally:
        process.join(30)
        ours.close()


def _work(url: str, queue: str, pipe: Pipe) -> None:
    runtime.run(url, [queue], drain=True, patience=0)
    status = Path("/proc/self/status").read_text()
    pipe.send(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
