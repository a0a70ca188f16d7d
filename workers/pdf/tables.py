"""Finds the tables of a page: those in frames of ruling lines first, then those that stand in open text."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from workers.pdf.lines import CAPTION, YEARS, Line, flows, is_numeric, text_lines
from workers.pdf.model import (
    Box,
    Cell,
    PageInk,
    Rule,
    Table,
    Word,
    area,
    bounds,
    common_area,
    overlap,
    turned,
)
from workers.pdf.rules import Frame, frames, joined
from workers.pdf.structure import read_grid, read_structure

# The furthest, in font sizes, that a line with columns stands below its table: with none, one, more gaps in common.
_MOST_STEP = (2.6, 3.2, 4.5)
_MOST_FIGURES = 2_000  # strokes near a table that are looked at
_FIGURE = re.compile(r"(figure|fig\.|chart|graph|graphique|gráfico)\s*[0-9A-Z]", re.I)
_NOTE = re.compile(r"(\(?[*†‡]|source|sources|notes?\b|nb:|n\.b|footnote|\d?/ |\([a-z0-9]\)\s|1 [A-Z])", re.I)


def find_tables(page: PageInk) -> list[Table]:
    """The tables of a page, from top to bottom."""
    turn = _turn(page)
    if turn:
        upright = _upright(page, turn)
        return [_turn_back(table, turn, upright) for table in find_tables(upright)]
    words = [w for w in page.words if w.turn == 0]
    rules = joined(page.rules)
    tables, words = _framed(page, words, rules)
    for flow in flows(_cut(text_lines(words), rules)):
        tables.extend(_open_tables(flow, rules, page))
    return sorted(tables, key=lambda t: (t.box[1], t.box[0]))


def _cut(lines: list[Line], rules: Sequence[Rule]) -> list[Line]:
    """The lines, knowing at which x a vertical ruling line passes through them."""
    for line in lines:
        y = line.baseline - 0.3 * line.size
        line.cuts = sorted(r.at for r in rules if not r.horizontal and r.start <= y <= r.end)
    return lines


def table_in(page: PageInk, box: Box, found: Sequence[Table]) -> Table | None:
    """The table of a region that something else named one: the one found there, else what its words make up.

    None where the words make up no rows and columns.
    """
    best = max(found, key=lambda t: common_area(t.box, box), default=None)
    if best is not None and common_area(best.box, box) > 0.5 * max(area(best.box), area(box)):
        return best
    words = [
        w
        for w in page.words
        if w.turn == 0 and box[0] <= (w.x0 + w.x1) / 2 <= box[2] and box[1] <= w.middle <= box[3]
    ]
    rules = [r for r in joined(page.rules) if _touches(r, box)]
    return read_structure(_cut(text_lines(words), rules), rules)


# ---- pages on their side -------------------------------------------------------------------------------------


def _turn(page: PageInk) -> int:
    """Quarter turns in which most of the page's words stand; 0 where no direction has most."""
    counts = Counter(w.turn for w in page.words if len(w.text) > 1)
    turn, most = max(counts.items(), key=lambda item: item[1], default=(0, 0))
    return turn if most > 0.6 * counts.total() else 0


def _upright(page: PageInk, turn: int) -> PageInk:
    """The page turned so that words standing in this turn are upright."""
    width, height = page.width, page.height

    def box(b: Box) -> Box:
        return turned(b, turn, width, height)

    words = []
    for w in page.words:
        x0, top, x1, bottom = box(w.box)
        words.append(replace(w, x0=x0, top=top, x1=x1, bottom=bottom, turn=(w.turn - turn) % 4))
    rules = []
    for r in page.rules:
        x0, top, x1, bottom = box(
            (r.start, r.at, r.end, r.at) if r.horizontal else (r.at, r.start, r.at, r.end)
        )
        lies = r.horizontal == (turn % 2 == 0)
        rules.append(Rule(lies, top if lies else x0, x0 if lies else top, x1 if lies else bottom))
    sides = (height, width) if turn % 2 else (width, height)
    return PageInk(*sides, tuple(words), tuple(rules), tuple(map(box, page.figures)))


def _turn_back(table: Table, turn: int, upright: PageInk) -> Table:
    def box(b: Box) -> Box:
        return turned(b, -turn, upright.width, upright.height)

    table.box = box(table.box)
    for cell in table.cells:
        cell.box = box(cell.box)
    return table


# ---- frames ----------------------------------------------------------------------------------------------------


def _framed(page: PageInk, words: list[Word], rules: Sequence[Rule]) -> tuple[list[Table], list[Word]]:
    """Tables whose cells are ruled, and the words that are not in them."""
    tables: list[Table] = []
    for frame in sorted(frames(rules), key=lambda f: -area(f.box)):
        if len(frame.horizontal) < 2 or len(frame.vertical) < 1:
            continue
        box = frame.box
        inside = [
            w
            for w in words
            if box[0] - 1 <= (w.x0 + w.x1) / 2 <= box[2] + 1 and box[1] - 1 <= w.middle <= box[3] + 1
        ]
        if len(inside) < 4 or not _is_grid(frame):
            continue
        own = [*frame.horizontal, *frame.vertical]
        grid = read_grid(inside, own, box)
        if grid is None or not _plausible_grid(grid[0], page) or _goes_on(grid[0], box, words):
            continue
        table: Table | None = grid[0]
        if grid[1]:
            table = read_structure(_cut(text_lines(inside), own), own)
        if table is None:
            continue
        tables.append(table)
        words = _without(words, inside)
    return tables, words


def _without(words: list[Word], inside: Sequence[Word]) -> list[Word]:
    gone = {id(w) for w in inside}
    return [w for w in words if id(w) not in gone]


def _is_grid(frame: Frame) -> bool:
    """Whether inner lines make several rows and columns."""
    x0, y0, x1, y1 = frame.box
    across = [r for r in frame.horizontal if y0 + 5 < r.at < y1 - 5]
    down = [r for r in frame.vertical if x0 + 5 < r.at < x1 - 5]
    return bool(across) and bool(down)


def _plausible_grid(table: Table, page: PageInk) -> bool:
    """Whether a grid holds text in enough of its cells, and no prose or drawing."""
    filled = sum(c.row_span * c.col_span for c in table.cells)
    if filled < 0.3 * table.rows * table.columns or len(table.cells) < 4:
        return False
    return area(table.box) < 0.95 * page.width * page.height


def _goes_on(table: Table, box: Box, words: Sequence[Word]) -> bool:
    """Whether text in the grid's columns goes on right below it: then the grid is no more than its header."""
    height = median(c.box[3] - c.box[1] for c in table.cells)
    below = text_lines(
        [
            w
            for w in words
            if box[3] < w.middle < box[3] + 1.6 * height and overlap(w.x0, w.x1, box[0], box[2]) > 0
        ]
    )
    return any(line.tabular and len(line.segments) >= max(2, 0.6 * table.columns) for line in below)


# ---- tables in open text -----------------------------------------------------------------------------------------


def _open_tables(lines: Sequence[Line], rules: Sequence[Rule], page: PageInk) -> list[Table]:
    tables = []
    taken = 0
    for first, last in _blocks(lines):
        first, last = _extend(lines, max(first, taken), last, rules)
        if first < taken:
            first = taken
        part = lines[first:last]
        taken = last
        if not part:
            continue
        box = bounds(line.box for line in part)
        own = [r for r in rules if _touches(r, box)]
        table = read_structure(part, own)
        if table is None or (first and _titles_figure(lines[max(0, first - 3) : first], box)):
            continue
        if _plausible(table, part, own, page):
            tables.append(table)
    return tables


def _titles_figure(above: Sequence[Line], box: Box) -> bool:
    """Whether the title above a region is that of a figure."""
    captions = [
        line for line in above if CAPTION.match(line.text) and overlap(line.x0, line.x1, box[0], box[2]) > 0
    ]
    return bool(captions) and bool(_FIGURE.match(captions[-1].text))


def _touches(rule: Rule, box: Box) -> bool:
    margin = 6.0
    if rule.horizontal:
        return (
            box[1] - margin <= rule.at <= box[3] + margin
            and overlap(rule.start, rule.end, box[0], box[2]) > 0
        )
    return box[0] - margin <= rule.at <= box[2] + margin and overlap(rule.start, rule.end, box[1], box[3]) > 0


def _blocks(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Runs of lines (first, past the last) whose gaps stand below each other."""
    blocks: list[tuple[int, int]] = []
    index = 0
    while index < len(lines):
        if not lines[index].tabular:
            index += 1
            continue
        gutters = list(lines[index].gaps)
        end = index + 1
        widest = 0.0
        while True:
            following = _next_row(lines, end, gutters, widest)
            if (
                following is None
                or _note(lines, index, end, following)
                or _begins_anew(lines, index, end, following)
            ):
                break
            widest = max(widest, lines[following].baseline - lines[following - 1].baseline)
            gutters = _narrowed(gutters, lines[following])
            end = following + 1
        if sum(line.tabular for line in lines[index:end]) > 1:
            blocks.append((index, end))
        index = end
    return blocks


def _next_row(
    lines: Sequence[Line], start: int, gutters: Sequence[tuple[float, float]], widest: float
) -> int | None:
    """Index of the next line with columns that belongs to the block which ends before `start`, or None."""
    crossing = 0
    for index in range(start, min(start + 9, len(lines))):
        line, before = lines[index], lines[index - 1]
        step = line.baseline - before.baseline
        most = max(2.6 * line.size, 1.3 * widest)
        if step < -1 or step > (
            max(most, _MOST_STEP[min(_shared(line, gutters), 2)] * line.size) if line.tabular else most
        ):
            return None
        if line.tabular:
            return index if _fits(line, gutters, step) else None
        if CAPTION.match(line.text):
            return None
        if _across(line, gutters):
            crossing += 1
            if crossing > 2 or len(line.words) > 14:
                return None
    return None


def _note(lines: Sequence[Line], start: int, end: int, following: int) -> bool:
    """Whether a line after values is a note below the table: set smaller, or without a value across columns."""
    block = [line for line in lines[start:end] if line.tabular]
    line = lines[following]
    if sum(map(_holds_values, block)) < 2 or any(s.numeric for s in line.segments[1:]):
        return False
    usual = median(len(b.segments) for b in block)
    return line.size < 0.9 * median(b.size for b in block) or (
        usual > 3 and len(line.segments) == 2 and len(line.words) > 6
    )


def _begins_anew(lines: Sequence[Line], start: int, end: int, following: int) -> bool:
    """Whether lines after values are the title and header of another table, not a group of this one.

    They stand apart, and the next line with columns holds no value; without a title it repeats the header.
    """
    values = [_holds_values(line) for line in lines[start:end] if line.tabular]
    if sum(values[-3:]) < 2 or _holds_values(lines[following]):
        return False
    steps = [b.baseline - a.baseline for a, b in zip(lines[start:end], lines[start + 1 : end], strict=False)]
    usual = median(steps)
    apart = max(
        b.baseline - a.baseline
        for a, b in zip(lines[end - 1 : following], lines[end : following + 1], strict=True)
    )
    untitled = following == end and lines[following].text != lines[start].text
    return apart > 1.25 * usual and not untitled


def _holds_values(line: Line) -> bool:
    numeric = [s for s in line.segments[1:] if s.numeric]
    return 2 * len(numeric) >= len(line.segments) - 1 > 0 and not all(
        YEARS.fullmatch(s.text) for s in numeric
    )


def _fits(line: Line, gutters: Sequence[tuple[float, float]], step: float) -> bool:
    """Whether a line's gaps stand where those of the block stand."""
    shared = _shared(line, gutters)
    crossed = [g for g in gutters if _covers(line, g)]
    if not shared:
        return not crossed and step < 1.5 * line.size
    return len(crossed) <= shared or shared >= len(line.gaps)


def _shared(line: Line, gutters: Sequence[tuple[float, float]]) -> int:
    """How many gutters of a block a line has gaps at."""
    return sum(any(overlap(*g, *own) > 0.2 * line.size for own in line.gaps) for g in gutters)


def _covers(line: Line, gutter: tuple[float, float]) -> bool:
    return any(s.x0 < gutter[0] + 0.5 and s.x1 > gutter[1] - 0.5 for s in line.segments)


def _across(line: Line, gutters: Sequence[tuple[float, float]]) -> bool:
    return any(_covers(line, g) for g in gutters)


def _narrowed(gutters: Sequence[tuple[float, float]], line: Line) -> list[tuple[float, float]]:
    """Gutters of a block after one more line: cut to what is free in it, new ones added."""
    result: list[tuple[float, float]] = []
    for gutter in gutters:
        meeting = [own for own in line.gaps if overlap(*gutter, *own) > 0.2 * line.size]
        if meeting:
            result.extend((max(gutter[0], own[0]), min(gutter[1], own[1])) for own in meeting)
        else:
            result.append(gutter)
    for own in line.gaps:
        if not any(overlap(*own, *g) > 0 for g in gutters):
            result.append(own)
    return sorted(set(result))


def _extend(lines: Sequence[Line], first: int, last: int, rules: Sequence[Rule]) -> tuple[int, int]:
    """A block with the header lines above it and the lines that a rule encloses with it."""
    block = lines[first:last]
    if not block:
        return first, last
    box = bounds(line.box for line in block)
    steps = [b.baseline - a.baseline for a, b in itertools.pairwise(block)]
    usual = median(steps) if steps else 0.0
    left_gutter = min((g[0] for line in block for g in line.gaps), default=box[0])
    top = _enclosed_above(lines, first, box, rules)
    if top is not None:
        first = top
    else:
        while first > 0:
            line, below = lines[first - 1], lines[first]
            if below.top - line.bottom > 0.7 * line.size or CAPTION.match(line.text):
                break
            if below.baseline - line.baseline > max(1.25 * usual, 1.3 * line.size):
                break  # set off as a title is
            if line.x0 < left_gutter or line.x1 > box[2] + 2 * line.size or len(line.words) > 12:
                break
            if _in_caption(lines, first - 1):
                break
            first -= 1
    bottom = _enclosed_below(lines, last, box, rules)
    if bottom is not None:
        last = bottom
    while last < len(lines) and _ends_cell(lines[last - 1], lines[last], left_gutter):
        last += 1
    return first, last


def _ends_cell(above: Line, line: Line, left_gutter: float) -> bool:
    """Whether a line below a table is the end of wrapped text in its last row."""
    if line.tabular or line.baseline - above.baseline > 1.35 * line.size or abs(line.size - above.size) > 0.5:
        return False
    if CAPTION.match(line.text) or _NOTE.match(line.text):
        return False
    if line.x0 < left_gutter:
        return line.text[0].islower() and line.x1 <= left_gutter + line.size
    columns = above.segments[1:] or above.segments
    return any(abs(s.x0 - line.x0) < 2 and line.x1 <= s.x1 + 0.5 * line.size for s in columns)


def _in_caption(lines: Sequence[Line], index: int) -> bool:
    """Whether a line goes on with a title that began in the two lines above it."""
    for above in range(index - 1, max(index - 3, -1), -1):
        line = lines[above]
        if lines[above + 1].top - line.bottom > 0.5 * line.size:
            return False
        if CAPTION.match(line.text):
            return True
    return False


def _alike(rule: Rule, box: Box) -> bool:
    """Whether a horizontal line is about as wide as the block or somewhat wider."""
    width = box[2] - box[0]
    return (
        rule.horizontal
        and overlap(rule.start, rule.end, box[0], box[2]) >= 0.7 * width
        and rule.length <= 1.8 * width
    )


def _enclosed_above(lines: Sequence[Line], first: int, box: Box, rules: Sequence[Rule]) -> int | None:
    """Index of the first line under the rule that closes a block at its top, where few lines stand between.

    A rule inside the header is not that one: a wider one close above it is.
    """
    found: tuple[int, Rule] | None = None
    for index in range(first, max(first - 6, -1), -1):
        rule = _rule_above(lines, index, box, rules)
        if rule is not None and (
            found is None or (rule.start < found[1].start + 4 and rule.end > found[1].end - 4)
        ):
            found = index, rule
        if index == 0 or CAPTION.match(lines[index - 1].text) or len(lines[index - 1].words) > 14:
            break
        if lines[index].top - lines[index - 1].bottom > (1.5 if found is None else 0.7) * lines[index].size:
            break
    return None if found is None else found[0]


def _rule_above(lines: Sequence[Line], index: int, box: Box, rules: Sequence[Rule]) -> Rule | None:
    """The rule about as wide as a block that stands right above a line."""
    line = lines[index]
    above = lines[index - 1].baseline - 1 if index else 0.0
    low, high = max(above, line.top - 2.5 * line.size), line.baseline - 0.5 * line.size
    return next((r for r in rules if low <= r.at <= high and _alike(r, box)), None)


def _enclosed_below(lines: Sequence[Line], last: int, box: Box, rules: Sequence[Rule]) -> int | None:
    """Past the last line above the rule that closes a block at its bottom, where few lines stand between."""
    for index in range(last, min(last + 4, len(lines))):
        line = lines[index]
        before = lines[index - 1]
        if any(
            _alike(r, box) and before.baseline - 1 <= r.at <= line.baseline - 0.4 * line.size for r in rules
        ):
            return index
        if _NOTE.match(line.text) or CAPTION.match(line.text) or line.top - before.bottom > 1.2 * line.size:
            return None
        if len(line.words) > 14:
            return None
    return None


def _plausible(table: Table, lines: Sequence[Line], rules: Sequence[Rule], page: PageInk) -> bool:
    """Whether what looks like a table is one, and not prose, a list of contents or a drawing."""
    tabular = [line for line in lines if line.tabular]
    if len(tabular) < 2:
        return False
    body = [c for c in table.cells if c.col > 0]
    numeric = sum(_is_value(c) for c in body)
    ruled = any(_alike(r, table.box) for r in rules)
    if _contents(lines) or _drawing(table.box, page) or (not ruled and _axis(tabular)):
        return False
    if numeric < 0.3 * len(body):
        if len(tabular) < (2 if ruled else 4):
            return False
        if table.columns == 2 and not ruled:
            return False
        if not ruled and _wordy(table):
            return False
    elif len(tabular) < (2 if ruled or table.columns > 2 else 3):
        return False
    return len(table.cells) >= 0.25 * table.rows * table.columns


def _axis(tabular: Sequence[Line]) -> bool:
    """Whether the only numbers stand above words: the ticks of a chart with its legend."""
    first, *rest = tabular
    return all(s.numeric for s in first.segments) and not any(
        s.numeric for line in rest for s in line.segments
    )


def _is_value(cell: Cell) -> bool:
    return is_numeric(cell.text)


def _wordy(table: Table) -> bool:
    """Whether most cells are as long as lines of prose."""
    long = sum(len(c.text.split()) >= 6 for c in table.cells)
    return long > 0.4 * len(table.cells)


def _contents(lines: Sequence[Line]) -> bool:
    """A list of contents: lines that end in page numbers which never fall, after leader dots or long titles."""
    numbers = []
    led = 0
    for line in lines:
        last = line.segments[-1].text if line.segments else ""
        if len(line.segments) > 1 and re.fullmatch(r"\d{1,4}|[ivxlc]{1,6}", last):
            numbers.append(last)
            led += any(w.leader for w in line.words)
    if len(numbers) < 3 or len(numbers) < 0.6 * len(lines):
        return False
    pages = [int(n) for n in numbers if n.isdecimal()]
    rising = all(a <= b for a, b in itertools.pairwise(pages))
    columns = median(len(line.segments) for line in lines)
    return (
        rising
        and columns <= 3
        and (led >= 0.5 * len(numbers) or (pages[:1] != pages[-1:] and len(pages) > 4 and columns <= 2))
    )


def _drawing(box: Box, page: PageInk) -> bool:
    """Whether a drawing fills much of a box."""
    near = [f for f in page.figures if common_area(_grown(box, 60), _grown(f, 0.1)) > 0]
    return any(common_area(_grown(b, 30), box) > 0.35 * area(box) for b in drawings(near[:_MOST_FIGURES]))


def drawings(figures: Sequence[Box]) -> list[Box]:
    """Boxes of drawings: six or more curves or slanted strokes that stand together."""
    groups: list[tuple[Box, int]] = []
    for figure in sorted(figures):
        if max(figure[2] - figure[0], figure[3] - figure[1]) < 1:
            continue
        near = [g for g in groups if common_area(_grown(g[0], 15), _grown(figure, 0.1)) > 0]
        groups = [g for g in groups if g not in near]
        groups.append((bounds([figure, *(g[0] for g in near)]), 1 + sum(g[1] for g in near)))
    return [box for box, count in groups if count >= 6 and box[2] - box[0] > 60 and box[3] - box[1] > 40]


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
