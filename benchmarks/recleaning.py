"""Cleaning again after one rule has changed, against the first cleaning of the same documents."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.lab import Connection, count, timed
from workers import runtime


@dataclass(frozen=True)
class Reclean:
    """One reclean: what it looked at and changed, its seconds and those of the comparisons it asked for."""

    what: str
    values_cleaned: int
    values_changed: int
    cells_changed: int
    seconds: float
    score_seconds: float

    @property
    def total(self) -> float:
        """Seconds until every document is gated again."""
        return self.seconds + self.score_seconds


# A new rule, the kind it is for, its pattern and its replacement: each changes some values and leaves
# most alone.
RULES = (
    ("bench.call_sign", "ircs", "[-. ]+", ""),
    ("bench.name", "name", "^[FM][./]?V[. ]+", ""),
)


def measure(connection: Connection, url: str) -> list[Reclean]:
    """One new rule for call signs, one for names, then everything again; first cleaning is taken as done."""
    results = []
    for name, kind, pattern, replacement in RULES:
        connection.execute(
            "INSERT INTO stage.cleaning_rules (rule_name, field_kind, kind, pattern,"
            " replacement, priority, description)"
            " VALUES (%s, %s, 'replace', %s, %s, 50, 'A rule of the benchmark')",
            [name, kind, pattern, replacement],
        )
        results.append(_reclean(connection, url, f"one rule for kind {kind}", kind))
    results.append(_reclean(connection, url, "everything", None))
    return results


def _reclean(connection: Connection, url: str, what: str, kind: str | None) -> Reclean:
    found: list[int] = []

    def work() -> None:
        row = connection.execute(
            "SELECT coalesce(sum(values_cleaned), 0), coalesce(sum(values_changed), 0),"
            " coalesce(sum(cells_changed), 0)"
            " FROM clean.reclean(p_kind => %s)",
            [kind],
        ).fetchone()
        assert row is not None
        found.extend(int(n) for n in row)

    seconds = timed(work)
    waiting = count(connection, "SELECT count(*) FROM pgmq.q_score")
    score = timed(lambda: runtime.run(url, ["score"], drain=True, patience=0)) if waiting else 0.0
    return Reclean(what, found[0], found[1], found[2], seconds, score)
