"""Ruling lines put in order: pieces joined, positions snapped, lines that meet taken as one frame."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workers.pdf.model import Box, Rule

SNAP = 2.0  # lines closer than this are one (double rules, both edges of a thin area)
DASH = 4.5  # longest gap between two dashes of one line
MEET = 3.0  # lines that end this close to another meet it
SHORTEST = 6.0
MOST = 2_000  # lines of one direction that count on a page; of more (maps, hatching) the longest


@dataclass(frozen=True, slots=True)
class Frame:
    """Lines that hang together."""

    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]

    @property
    def box(self) -> Box:
        """Box around the lines."""
        h, v = self.horizontal, self.vertical
        xs = [r.at for r in v] + [e for r in h for e in (r.start, r.end)]
        ys = [r.at for r in h] + [e for r in v for e in (r.start, r.end)]
        return min(xs), min(ys), max(xs), max(ys)


def joined(rules: Iterable[Rule]) -> list[Rule]:
    """Collinear pieces and dashes as one line each; what stays shorter than 6 points is dropped."""
    result: list[Rule] = []
    for horizontal in (True, False):
        group: list[Rule] = []
        for rule in sorted((r for r in rules if r.horizontal is horizontal), key=lambda r: r.at):
            if group and rule.at - group[0].at > SNAP:
                result.extend(_merge(group))
                group = []
            group.append(rule)
        result.extend(_merge(group))
    kept = [r for r in result if r.length >= SHORTEST]
    across = sorted((r for r in kept if r.horizontal), key=lambda r: -r.length)[:MOST]
    down = sorted((r for r in kept if not r.horizontal), key=lambda r: -r.length)[:MOST]
    return sorted(across, key=lambda r: (r.at, r.start)) + sorted(down, key=lambda r: (r.at, r.start))


def _merge(group: Sequence[Rule]) -> list[Rule]:
    merged: list[list[Rule]] = []
    end = 0.0
    for rule in sorted(group, key=lambda r: r.start):
        if merged and rule.start - end <= DASH:
            merged[-1].append(rule)
            end = max(end, rule.end)
        else:
            merged.append([rule])
            end = rule.end
    return [
        Rule(
            part[0].horizontal,
            sum(r.at * r.length for r in part) / (sum(r.length for r in part) or 1.0)
            if sum(r.length for r in part)
            else part[0].at,
            min(r.start for r in part),
            max(r.end for r in part),
        )
        for part in merged
    ]


def frames(rules: Sequence[Rule]) -> list[Frame]:
    """Lines that cross or touch, directly or through others, as one frame each."""
    horizontal = [r for r in rules if r.horizontal]
    vertical = [r for r in rules if not r.horizontal]
    parent = list(range(len(horizontal) + len(vertical)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    order = sorted(range(len(vertical)), key=lambda j: vertical[j].at)
    places = [vertical[j].at for j in order]
    for i, h in enumerate(horizontal):
        for j in order[bisect_left(places, h.start - MEET) : bisect_right(places, h.end + MEET)]:
            if vertical[j].start - MEET <= h.at <= vertical[j].end + MEET:
                parent[root(i)] = root(len(horizontal) + j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, rule in enumerate([*horizontal, *vertical]):
        groups.setdefault(root(i), ([], []))[0 if rule.horizontal else 1].append(rule)
    return [Frame(tuple(h), tuple(v)) for h, v in groups.values()]


def positions(rules: Iterable[Rule], ends: Iterable[float] = ()) -> list[float]:
    """Distinct positions of lines and other edges, in order, nearby ones averaged."""
    result: list[list[float]] = []
    for at in sorted([*(r.at for r in rules), *ends]):
        if result and at - result[-1][-1] <= 1.5 * SNAP:
            result[-1].append(at)
        else:
            result.append([at])
    return [sum(group) / len(group) for group in result]


def near(rules: Iterable[Rule], at: float, tolerance: float = 2 * SNAP) -> list[Rule]:
    """The lines at a position."""
    return [r for r in rules if abs(r.at - at) <= tolerance]


def covered(rules: Iterable[Rule], start: float, end: float) -> float:
    """Share of an interval that lines at one position cover together (0 to 1)."""
    if end <= start:
        return 0.0
    total, reach = 0.0, start
    for a, b in sorted((max(r.start, start), min(r.end, end)) for r in rules):
        if b > max(a, reach):
            total += b - max(a, reach)
            reach = b
    return total / (end - start)
