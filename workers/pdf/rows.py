"""Rows of a table: which lines are one row, where the header ends, what spans columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from workers.pdf.columns import Columns
from workers.pdf.lines import YEARS, Line, gap, is_numeric, join_words, two_numbers
from workers.pdf.model import Box, Rule, Word, bounds, overlap

_JOINING = re.compile(
    r"(?:\b(?:and|or|of|the|in|for|to|by|with|at|from|on|a|an|de|et|la|le|y|und|per)|[,&/(–-])$", re.I
)


@dataclass
class Piece:
    """Words of one line in one column, or in columns first to last where they run across."""

    words: list[Word]
    first: int
    last: int
    line: int

    @property
    def box(self) -> Box:
        """Box of the words."""
        return bounds(w.box for w in self.words)

    @property
    def text(self) -> str:
        """The words as text."""
        return join_words(self.words)

    @property
    def numeric(self) -> bool:
        """Whether it is a number or stands for one."""
        return is_numeric(self.text)


@dataclass
class Block:
    """A cell in the making: pieces of successive lines, rows top to bottom, columns first to last."""

    pieces: list[Piece]
    first: int
    last: int
    top_row: int = 0
    bottom_row: int = 0


def place(lines: Sequence[Line], columns: Columns) -> list[list[Piece]]:
    """Each line's words as pieces in columns; a heading centred above a row of values covers all columns."""
    pieces = [_place_line(line, index, columns) for index, line in enumerate(lines)]
    values = [
        [p.box for row in pieces for p in row if p.first == p.last == c and p.numeric]
        for c in range(columns.count)
    ]
    if columns.count < 3 or not any(values[1:]):
        return pieces
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    inner = min(b[0] for boxes in values[1:] for b in boxes)
    for before, row, following, line in zip([[], *pieces], pieces, [*pieces[1:], []], lines, strict=False):
        if len(row) != 1 or row[0].first == 0 or row[0].numeric:
            continue
        if any(p.first == p.last == row[0].first and not p.numeric for p in before) and not _is_data(before):
            continue  # the header above goes on
        box = row[0].box
        own = max((b[2] - b[0] for b in values[row[0].first]), default=0.0)
        if not _is_data(following) or (row[0].first == row[0].last and box[2] - box[0] < 1.6 * own):
            continue
        middle = (box[0] + box[2]) / 2
        if abs(middle - (inner + right) / 2) < 1.2 * line.size:
            row[0].first, row[0].last = 1, columns.count - 1
        elif abs(middle - (left + right) / 2) < 1.2 * line.size:
            row[0].first, row[0].last = 0, columns.count - 1
    return pieces


def _place_line(line: Line, number: int, columns: Columns) -> list[Piece]:
    runs: list[list[Word]] = []
    last: Word | None = None
    for word in line.words:
        if word.leader and last is None:
            continue
        if last is None or _parted(last, word, line, columns):
            runs.append([])
        runs[-1].append(word)
        last = word
    pieces = [_piece(run, number, line, columns) for run in runs]
    merged: list[Piece] = []
    for piece in pieces:
        if merged and piece.first <= merged[-1].last:
            low = merged[-1]
            if low.last > low.first and piece.first == low.last:
                low.last -= 1  # a label that runs into the next column, which has a text of its own
                merged.append(piece)
            elif piece.last > piece.first:
                piece.first = min(low.last + 1, piece.last)
                merged.append(piece)
            else:
                low.words = low.words + piece.words
                low.last = max(low.last, piece.last)
        else:
            merged.append(piece)
    return merged


def _parted(a: Word, b: Word, line: Line, columns: Columns) -> bool:
    space = gap(a, b)
    if b.leader:
        return False
    if any(a.x1 - 1.5 <= cut <= b.x0 + 1.5 for cut in line.cuts):
        return True
    middle = (a.x0 + a.x1) / 2, (b.x0 + b.x1) / 2
    between = [e for e in columns.edges if middle[0] < e < middle[1]]
    if a.leader:
        return bool(between)
    if space >= 0.9 * line.size and between:
        return True
    return any(a.x1 - 0.5 <= e <= b.x0 + 0.5 for e in between) and (
        space >= 0.45 * line.size
        or two_numbers(a, b)
        or (space >= 0.3 * line.size and columns.count > 1 and len(line.segments) >= 0.5 * columns.count)
    )


def _piece(run: list[Word], number: int, line: Line, columns: Columns) -> Piece:
    solid = [w for w in run if not w.leader] or run
    x0, x1 = solid[0].x0, max(w.x1 for w in solid)
    first, last = columns.at(x0), columns.at(x1)
    # A letter or two over the edge is no span.
    while (
        first < last
        and columns.edges[first] - x0 < 0.15 * (x1 - x0)
        and columns.edges[first] - x0 < line.size
    ):
        first += 1
    while (
        last > first
        and x1 - columns.edges[last - 1] < 0.15 * (x1 - x0)
        and x1 - columns.edges[last - 1] < line.size
    ):
        last -= 1
    return Piece(run, first, last, number)


# ---- header ------------------------------------------------------------------------------------------------


def header_lines(lines: Sequence[Line], pieces: Sequence[list[Piece]], full: Sequence[float]) -> int:
    """How many of the lines are header. `full` are the y of rules across the whole table."""
    data = [_is_data(row) for row in pieces]
    labelled = [is_data and row[0].first == 0 for is_data, row in zip(data, pieces, strict=True)]
    if 2 * sum(labelled) >= sum(data):
        data = labelled
    breaks = [
        i
        for i in range(1, len(lines))
        if any(lines[i - 1].baseline - 1 < y < lines[i].baseline for y in full)
    ]
    if sum(data) >= max(1, 0.25 * len(lines)):
        first = data.index(True)
        if first == 0 and len(lines) > 1 and all(YEARS.fullmatch(p.text) for p in pieces[0] if p.numeric):
            return 1
        ruled = [i for i in breaks if i <= first]
        if ruled:
            return ruled[-1]
        while first > 1 and _heading(pieces[first - 1]) and any(len(p) > 1 for p in pieces[: first - 1]):
            first -= 1
        return first
    return breaks[0] if breaks and breaks[0] <= max(3, len(lines) // 3) else 1


def _is_data(row: Sequence[Piece]) -> bool:
    """Whether a line holds values: most of what is not in the first column is numeric, and not all years."""
    values = [p for p in row if p.first > 0]
    numeric = [p for p in values if p.numeric]
    if not values or 2 * len(numeric) < len(values):
        return False
    years = sum(bool(YEARS.fullmatch(p.text)) for p in numeric)
    return years < len(numeric) or (len(row) > len(values) and is_numeric(row[0].text) is False and years < 2)


def _heading(row: Sequence[Piece]) -> bool:
    """Whether a line is a heading of a group: alone in the first column, or across the columns."""
    return len(row) == 1 and (row[0].first == 0 or row[0].last - row[0].first > 1)


def header_blocks(
    lines: Sequence[Line],
    pieces: Sequence[list[Piece]],
    columns: Columns,
    rules: Sequence[Rule],
    extents: Sequence[tuple[float, float]],
) -> tuple[list[Block], int]:
    """Header lines as blocks with row numbers; the number of header rows. `extents`: see `extents`."""
    blocks: list[Block] = []
    open_blocks: list[Block] = []
    for index, row in enumerate(pieces):
        fresh: list[Block] = []
        if index + 1 < len(pieces):
            _widen(row, columns, lines[index], rules, extents)
        for piece in row:
            above = next(
                (b for b in open_blocks if _stacks(b, piece, lines, rules)),
                None,
            )
            if above is None:
                above = Block([], piece.first, piece.last)
                blocks.append(above)
            above.pieces.append(piece)
            above.first, above.last = min(above.first, piece.first), max(above.last, piece.last)
            fresh.append(above)
        open_blocks = fresh + [
            b
            for b in open_blocks
            if b not in fresh
            and not any(overlap(b.first, b.last + 1, f.first, f.last + 1) > 0 for f in fresh)
        ]
    cuts = sorted(
        {
            b.pieces[-1].line
            for b in blocks
            if any(
                c is not b
                and b.first <= c.first
                and c.last <= b.last
                and c.pieces[0].line > b.pieces[-1].line
                for c in blocks
            )
        }
    )
    for block in blocks:
        block.top_row = sum(_below(block.pieces[0].line, cut, lines) for cut in cuts)
        block.bottom_row = sum(cut < block.pieces[-1].line for cut in cuts)
    return blocks, (len(cuts) + 1 if pieces else 0)


def _below(line: int, cut: int, lines: Sequence[Line]) -> bool:
    """Whether a line stands under the header line `cut`, not half beside it."""
    return cut < line and lines[line].baseline - lines[cut].baseline >= 0.8 * lines[line].size


def extents(pieces: Sequence[list[Piece]], columns: Columns) -> list[tuple[float, float]]:
    """Where the words of each column stand that are in no other; (0, 0) where it has none."""
    result = []
    for column in range(columns.count):
        own = [p.box for row in pieces for p in row if p.first == p.last == column]
        result.append((min((b[0] for b in own), default=0.0), max((b[2] for b in own), default=0.0)))
    return result


def _widen(
    row: Sequence[Piece],
    columns: Columns,
    line: Line,
    rules: Sequence[Rule],
    extents: Sequence[tuple[float, float]],
) -> None:
    """Headers over several columns cover those that the line under them covers, or that they are centred over."""
    for piece in row:
        box = piece.box
        spans = [
            (columns.at(r.start + 3), columns.at(r.end - 3))
            for r in rules
            if r.horizontal
            and -0.3 * line.size <= r.at - line.baseline <= 1.2 * line.size
            and r.start <= box[0] + 2
            and r.end >= box[2] - 2
            and not any(q is not piece and overlap(r.start, r.end, q.box[0], q.box[2]) > 0 for q in row)
        ]
        if spans:
            first, last = min(spans, key=lambda span: span[1] - span[0])
            if first <= piece.first and last >= piece.last and (first > 0 or piece.first == 0):
                piece.first, piece.last = first, last
    for piece, (first, last) in zip(row, _centred(row, line.size, extents), strict=True):
        if first <= piece.first and last >= piece.last:
            piece.first, piece.last = first, last


def _centred(
    row: Sequence[Piece], size: float, extents: Sequence[tuple[float, float]]
) -> list[tuple[int, int]]:
    """Columns that each piece of a header line stands centred over: the partition with the least offset.

    A piece in the first column keeps it. Unless the pieces share out all columns evenly, a piece that stands
    centred over its own columns keeps these.
    """
    own = [(p.first, p.last) for p in row]
    movable = [i for i, (first, _) in enumerate(own) if first > 0]
    if not movable:
        return own

    def off(index: int, first: int, last: int) -> float:
        inner = [extents[c] for c in range(first, last + 1) if extents[c][1] > 0]
        if not inner:
            return 9.0
        box = row[index].box
        return abs((inner[0][0] + inner[-1][1]) - (box[0] + box[2])) / (2 * size)

    low = max([last + 1 for first, last in own if first == 0] + [1])
    shared, rest = divmod(len(extents) - low, len(movable))
    if len(movable) > 1 and rest == 0 and shared > 1:
        even = [(low + k * shared, low + (k + 1) * shared - 1) for k in range(len(movable))]
        if all(
            a <= own[i][0] and own[i][1] <= b and off(i, a, b) < 1.2
            for i, (a, b) in zip(movable, even, strict=True)
        ):
            for i, span in zip(movable, even, strict=True):
                own[i] = span
            return own
    for k, i in enumerate(movable):
        first, last = own[i]
        left = own[movable[k - 1]][1] + 1 if k else low
        right = own[movable[k + 1]][0] - 1 if k + 1 < len(movable) else len(extents) - 1
        best = min(
            ((a, b) for a in range(left, first + 1) for b in range(last, right + 1)),
            key=lambda span: (round(2 * off(i, *span)), span[1] - span[0]),
            default=own[i],
        )
        if off(i, first, last) > 0.8 and off(i, *best) < 0.5:
            own[i] = best
    return own


def _stacks(block: Block, piece: Piece, lines: Sequence[Line], rules: Sequence[Rule]) -> bool:
    """Whether a header piece goes on with the text of the block above it."""
    above = block.pieces[-1]
    if piece.line == above.line:
        return False
    single = piece.first == piece.last
    if not (
        (block.first, block.last) == (piece.first, piece.last)
        or (single and block.first == block.last == piece.first)
    ):
        return False
    size = lines[piece.line].size
    if piece.box[1] - above.box[3] > 0.9 * size:
        return False
    middle = (piece.box[0] + piece.box[2]) / 2
    return not any(
        r.horizontal
        and lines[above.line].baseline - 1 < r.at < lines[piece.line].baseline - 0.5 * size
        and r.start <= middle <= r.end
        for r in rules
    )


# ---- body --------------------------------------------------------------------------------------------------


def body_rows(
    lines: Sequence[Line], pieces: Sequence[list[Piece]], columns: Columns, full: Sequence[float]
) -> list[list[int]]:
    """Body lines grouped into rows: lists of indexes into lines."""
    if not lines:
        return []
    limits = [
        max((p.box[2] for row in pieces for p in row if p.first == p.last == c), default=0.0)
        for c in range(columns.count)
    ]
    bands = _bands(lines, full)
    ruled = len(bands) > 2 and sum(not _several(band, pieces) for band in bands) >= 0.7 * len(bands)
    tight = _tight(lines)
    rows: list[list[int]] = []
    for band in bands:
        if ruled and not _several(band, pieces):
            rows.append(list(band))
            continue
        fresh = True
        for index in band:
            if not fresh and _continues(rows[-1], index, lines, pieces, limits, tight):
                rows[-1].append(index)
            else:
                rows.append([index])
            fresh = False
    return rows


def _bands(lines: Sequence[Line], full: Sequence[float]) -> list[list[int]]:
    bands: list[list[int]] = [[0]]
    for index in range(1, len(lines)):
        if any(lines[index - 1].baseline - 1 < y < lines[index].baseline for y in full):
            bands.append([])
        bands[-1].append(index)
    return bands


def _several(band: Sequence[int], pieces: Sequence[list[Piece]]) -> bool:
    """Whether a band between two rules holds several rows: numbers below each other in one column."""
    seen: set[int] = set()
    for index in band:
        for piece in pieces[index]:
            if piece.numeric and piece.first > 0:
                if piece.first in seen:
                    return True
                seen.add(piece.first)
    return False


def _tight(lines: Sequence[Line]) -> float:
    """Largest distance of baselines that still is within a row, where distances are of two kinds; else 0."""
    steps = sorted(
        b.baseline - a.baseline for a, b in itertools.pairwise(lines) if b.baseline > a.baseline + 1
    )
    if len(steps) < 3:
        return 0.0
    jump, at = max(((b / a, i) for i, (a, b) in enumerate(itertools.pairwise(steps))), default=(0.0, 0))
    if (
        jump >= 1.2
        and 0 < at + 1 < len(steps)
        and at + 1 >= 0.15 * len(steps)
        and len(steps) - at - 1 >= 0.15 * len(steps)
    ):
        return (steps[at] + steps[at + 1]) / 2
    return 0.0


def _continues(
    row: Sequence[int],
    index: int,
    lines: Sequence[Line],
    pieces: Sequence[list[Piece]],
    limits: Sequence[float],
    tight: float,
) -> bool:
    """Whether a line goes on with the row above it: wrapped text, not a new row."""
    line, before = lines[index], lines[row[-1]]
    step = line.baseline - before.baseline
    if step < 0.35 * line.size:
        return True  # the same row, set a little lower
    if step < 0.8 * line.size and not {p.first for p in pieces[index]} & {p.first for p in pieces[row[-1]]}:
        return True  # beside a label of two lines
    if step > 1.75 * line.size or (tight and step > tight):
        return False
    if any(p.last > p.first and len(pieces[i]) == 1 for i in (row[-1], index) for p in pieces[i]):
        return False
    filled: dict[int, Piece] = {}
    for i in row:
        for p in pieces[i]:
            filled[p.first] = p
    here = pieces[index]
    if any(p.numeric and p.first in filled and p.first > 0 for p in here):
        return False
    wraps = [
        p.first in filled
        and any(q is filled[p.first] for q in pieces[row[-1]])
        and not filled[p.first].numeric
        and _could_wrap(filled[p.first], p, limits[p.first] if p.first == p.last else p.box[2], bool(tight))
        for p in here
        if p.first in filled
    ]
    if {p.first for p in here} <= filled.keys():
        return len(here) < max(2, len(filled)) and all(wraps) and bool(wraps)
    # The label began a line or more above its values.
    return set(filled) == {0} and bool(wraps) and all(wraps) and not filled[0].text.endswith(":")


def _could_wrap(above: Piece, below: Piece, limit: float, tight: bool) -> bool:
    """Whether the first word below would not have fitted behind the text above."""
    if above.words[-1].leader:
        return False
    word = below.words[0]
    room = limit - above.box[2]
    needed = word.x1 - word.x0 + 0.25 * word.size
    goes_on = word.text[0].islower() or bool(_JOINING.search(above.text))
    if below.words[0].text.startswith("("):
        return True
    if tight:
        return goes_on or room < needed + 1.5 * word.size
    if goes_on:
        return room < needed + 0.25 * (limit - above.box[0])
    return room < needed and len(above.text) > 12
