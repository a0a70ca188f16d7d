"""How well the lists come out: what is decided, what is left for a human, and how the labelled sample fares."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.lab import Connection
from benchmarks.report import Line
from tests.labelled import SOURCES, cells

_TOTALS = """
SELECT sum(cells)::float8, sum(cells - blank)::float8, sum(decided)::float8,
    sum(to_review)::float8, sum(decisions)::float8
FROM stage.document_quality
"""
_CELL = """
SELECT e.needs_review, e.cleaned_value, e.null_reason
FROM stage.csv_extractions AS e JOIN stage.documents AS d USING (document_id)
WHERE d.file_name = %s AND e.row_index = %s AND e.column_position = %s
"""


def measure(connection: Connection) -> Iterator[Line]:
    """Lines about the documents of a database; the labelled sample as far as its lists are there."""
    row = connection.execute(_TOTALS).fetchone()
    assert row is not None
    total, filled, decided, to_review, decisions = row
    yield Line(
        "cells decided without a human",
        f"{decided / filled:.2%}",
        f"of {filled:,.0f} that are not blank; to review {to_review / total:.3%} of all cells",
    )
    yield Line(
        "human decisions", f"{1000 * decisions / total:.2f} per 1,000 cells", f"{decisions:,.0f} in all"
    )
    accepted = right = judged = 0
    for label in cells():
        found = connection.execute(
            _CELL, [SOURCES[label.list][0], label.row_index, label.column_position]
        ).fetchone()
        if found is None:
            continue
        judged += 1
        if not found[0]:
            accepted += 1
            right += label.accepts(found[1], found[2])
    yield Line(
        "labelled cells that were accepted and are right",
        f"{right / max(1, accepted):.2%}",
        f"{right:,} of {accepted:,}; {judged - accepted:,} more were left to review",
    )
