"""The columns of a table from the gaps in its lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from workers.pdf.lines import Line, Segment, two_numbers
from workers.pdf.model import Rule, overlap
from workers.pdf.rules import covered, near, positions

# Lines that may run across a gutter: a header over two columns, a label longer than its column.
_MAY_CROSS = 0.1
# Two numbers are two columns with this much less room between them than words.
_NUMBERS = 3.0


@dataclass
class Columns:
    """Inner edges between columns, left to right; `ruled` holds those on which a ruling line stands."""

    edges: list[float]
    ruled: list[bool] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Number of columns."""
        return len(self.edges) + 1

    def at(self, x: float) -> int:
        """The column in which x lies."""
        return sum(edge <= x for edge in self.edges)


def find_columns(lines: Sequence[Line], rules: Sequence[Rule]) -> Columns:
    """Columns of the lines of one table, with vertical ruling lines where they separate text."""
    if not lines:
        return Columns([])
    voters = _voters(lines)
    size = median(line.size for line in lines)
    edges = _dropped(_gutters(voters, lines, size), voters, size)
    edges = _numbering(edges, voters, size)
    top, bottom = min(x.top for x in lines), max(x.bottom for x in lines)
    return _with_rules(edges, rules, top, bottom, lines)


def _voters(lines: Sequence[Line]) -> list[Line]:
    """Lines that show the columns: those with about as many segments as most lines with several."""
    counts = sorted(len(line.segments) for line in lines if len(line.segments) > 1)
    if not counts:
        return list(lines)
    usual = counts[int(0.75 * (len(counts) - 1))]
    return [line for line in lines if len(line.segments) >= max(2, 0.6 * usual)]


def _pieces(line: Line) -> list[Segment]:
    """Words of a line joined where no more than a fraction of a space stands between them."""
    return line.split(0.18 * line.size)


def _gutters(voters: Sequence[Line], lines: Sequence[Line], size: float) -> dict[float, float]:
    """x intervals that (nearly) no voter covers: where fewest of all lines stand in each → its width."""
    allowed = int(_MAY_CROSS * len(voters))
    edges: dict[float, float] = {}
    all_spans = _coverage(lines)
    run: list[tuple[float, float, int]] = []
    for span in [*_coverage(voters), (0.0, 0.0, allowed + 1)]:
        if span[2] <= allowed:
            run.append(span)
            continue
        if run and run[-1][1] - run[0][0] >= 0.15 * size:
            start, end = run[0][0], run[-1][1]
            edges[_clearest(start, end, all_spans)] = end - start
        run = []
    return edges


def _coverage(lines: Sequence[Line]) -> list[tuple[float, float, int]]:
    """x intervals (start, end) and how many pieces of lines cover each."""
    events = sorted(
        event for line in lines for piece in _pieces(line) for event in ((piece.x0, 1), (piece.x1, -1))
    )
    spans = []
    depth = 0
    for (x, step), (following, _) in itertools.pairwise(events):
        depth += step
        if following > x:
            spans.append((x, following, depth))
    return spans


def _clearest(start: float, end: float, spans: Sequence[tuple[float, float, int]]) -> float:
    """Middle of the widest part of an interval that the fewest lines cover."""
    parts = [
        (depth, max(a, start) - min(b, end), (max(a, start) + min(b, end)) / 2)
        for a, b, depth in spans
        if overlap(a, b, start, end) > 0
    ]
    return min(parts)[2] if parts else (start + end) / 2


def _dropped(gutters: dict[float, float], lines: Sequence[Line], size: float) -> list[float]:
    """Without the gutters at which the words on both sides stand no further apart than words do."""
    edges = _without_empty(sorted(gutters), lines)
    while edges:
        worst, least = -1, 1.0
        for index, edge in enumerate(edges):
            gaps = _gaps_at(edges, index, lines)
            few = len(gaps)
            wanted = (0.9 if few <= 2 else 0.7 if few <= 4 else 0.55) * size
            # Where no line has words on both sides, only the free space says that these are two columns.
            share = (median(gaps) if gaps else gutters[edge]) / wanted
            if share < least:
                worst, least = index, share
        if worst < 0:
            return edges
        del edges[worst]
    return edges


def _without_empty(edges: list[float], lines: Sequence[Line]) -> list[float]:
    """Of the edges with no word between them only the last."""
    middles = [(w.x0 + w.x1) / 2 for line in lines for w in line.words if not w.leader]
    bounds = [*edges, float("inf")]
    return [edge for edge, end in itertools.pairwise(bounds) if any(edge <= x < end for x in middles)]


def _gaps_at(edges: list[float], index: int, lines: Sequence[Line]) -> list[float]:
    """Widths of the gap at an edge, in the lines that have words in both columns beside it."""
    left = edges[index - 1] if index else float("-inf")
    right = edges[index + 1] if index + 1 < len(edges) else float("inf")
    x = edges[index]
    gaps = []
    for line in lines:
        own = [w for w in line.words if not w.leader and left <= (w.x0 + w.x1) / 2 < right]
        before = [w for w in own if (w.x0 + w.x1) / 2 < x]
        after = [w for w in own if (w.x0 + w.x1) / 2 >= x]
        if before and after:
            a, b = max(before, key=lambda w: w.x1), min(after, key=lambda w: w.x0)
            wall = any(a.x1 - 1 <= cut <= b.x0 + 1 for cut in line.cuts)
            wide = 1e3 if wall else max(0.0, b.x0 - a.x1)
            gaps.append(_NUMBERS * wide if two_numbers(a, b) else wide)
    return gaps


def _numbering(edges: list[float], lines: Sequence[Line], size: float) -> list[float]:
    """With an edge after running numbers in front of the first column (1, 2, 3 …), however narrow the gap."""
    numbers: list[int] = []
    ends: list[float] = []
    starts: list[float] = []
    for line in lines:
        words = [w for w in line.words if not edges or (w.x0 + w.x1) / 2 < edges[0]]
        if len(words) > 1 and words[0].text.rstrip(".)").isdecimal():
            numbers.append(int(words[0].text.rstrip(".)")))
            ends.append(words[0].x1)
            starts.append(words[1].x0)
    if len(numbers) < 3 or max(ends) >= min(starts) - 0.05 * size:
        return edges
    if any(b - a != 1 for a, b in itertools.pairwise(numbers)):
        return edges
    return [(max(ends) + min(starts)) / 2, *edges]


def _with_rules(
    edges: list[float], rules: Sequence[Rule], top: float, bottom: float, lines: Sequence[Line]
) -> Columns:
    """Gutter edges and ruling lines together: a gutter with a line in it is that line."""
    vertical = [r for r in rules if not r.horizontal]
    left, right = min(x.x0 for x in lines), max(x.x1 for x in lines)
    walls = [
        x
        for x in positions(vertical)
        if left < x < right and covered(near(vertical, x), top, bottom) >= 0.4 and _parts(x, lines)
    ]
    kept: list[tuple[float, bool]] = [(x, True) for x in walls]
    for edge in edges:
        nearest = sorted(walls, key=lambda wall: abs(wall - edge))[:2]
        if not any(_same_gutter(edge, wall, lines) for wall in nearest):
            kept.append((edge, False))
    kept.sort()
    return Columns([x for x, _ in kept], [ruled for _, ruled in kept])


def _parts(x: float, lines: Sequence[Line]) -> bool:
    """Whether words stand on both sides of x, and few across."""
    across = sum(any(w.x0 + 1.5 < x < w.x1 - 1.5 for w in line.words) for line in lines)
    return across <= max(1, 0.2 * len(lines))


def _same_gutter(edge: float, wall: float, lines: Sequence[Line]) -> bool:
    """Whether (nearly) no word stands between an edge and a ruling line."""
    low, high = min(edge, wall), max(edge, wall)
    between = sum(any(low < (w.x0 + w.x1) / 2 < high for w in line.words) for line in lines)
    return between <= 0.1 * len(lines)
