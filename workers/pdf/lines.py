"""Text lines of a page and the gaps in them; columns of prose are read one after the other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from workers.pdf.model import Box, Word, bounds, overlap

SPACE = 0.25  # width of a usual word space, in font sizes
WIDE_GAP = 0.9  # a gap that may separate two columns
DIGITS = 0.7  # a gap between two numbers that thousands and typewriter spaces do not have
SURE_GAP = 2.0  # a gap that no justified text has
_LABEL = re.compile(
    r"[\(\[]?([0-9]{1,3}|[ivxlcIVXLC]{1,5}|[a-zA-Z])[\)\]\.:]+|[0-9]+(\.[0-9]+)+\.?|"
    "\\(.{0,2}\\)|[A-Za-z]{2,8}:|[•●▪■□▶➢❖·*\\-–—o\uf0b7\uf0a7\uf0d8]|[A-Z]\\.[0-9.]*"
)
# How titles of tables and figures begin.
CAPTION = re.compile(
    r"(?i:table|figure|fig\.|chart|graph|exhibit|tableau|tabla|cuadro|box|annex|appendix)"
    r"\s*([0-9]|[A-Z]{1,2}[-.]?[0-9]|[IVXLC]+\b|[A-Z]\b)"
)
_GROUP = re.compile(r"[0-9]{3}([.,][0-9]+)?")
YEARS = re.compile(r"\(?(1[89]|20)\d\d([-–/]\d{2,4})?\)?[*†a-z]?")
_SIGNS = frozenset("$€£¥")
_NUMERIC = re.compile(
    r"[\(\[<>≤≥~±+\-–—−$€£¥%*]*\s?[0-9][0-9.,'’:/\s]*[%\)\]*†‡a-z¢°]{0,3}[0-9]?|n\.?/?a\.?|[-–—−.:…*]+|[xX✓]|[NZSXD]|\(?[NZSXDB]\)",
    re.I,
)


@dataclass
class Segment:
    """Words of one line with no wide gap between them."""

    words: list[Word]

    @cached_property
    def x0(self) -> float:
        """Left edge."""
        return self.words[0].x0

    @cached_property
    def x1(self) -> float:
        """Right edge, without leader dots."""
        return max(w.x1 for w in self.words)

    @cached_property
    def text(self) -> str:
        """Words with a space where there is one."""
        return join_words(self.words)

    @cached_property
    def numeric(self) -> bool:
        """Whether the segment reads as a number, a percentage, a dash or another mark of a value."""
        return is_numeric(self.text)


@dataclass
class Line:
    """Words on one baseline, left to right. `cuts` are x positions where a ruling line stands between words."""

    words: list[Word]
    cuts: list[float] = field(default_factory=list)

    @cached_property
    def box(self) -> Box:
        """Box of the words."""
        return bounds(w.box for w in self.words)

    @cached_property
    def x0(self) -> float:
        """Left edge."""
        return self.box[0]

    @cached_property
    def x1(self) -> float:
        """Right edge."""
        return self.box[2]

    @cached_property
    def top(self) -> float:
        """Upper edge of most words: superscripts and the odd tall character do not count."""
        return median(w.top for w in self.words)

    @cached_property
    def bottom(self) -> float:
        """Lower edge of most words."""
        return median(w.bottom for w in self.words)

    @cached_property
    def size(self) -> float:
        """Font size of most words."""
        return median(w.size for w in self.words)

    @cached_property
    def baseline(self) -> float:
        """Baseline of most words."""
        return median(w.baseline for w in self.words)

    @cached_property
    def segments(self) -> list[Segment]:
        """The line cut at its wide gaps, at leader dots and at ruling lines."""
        gaps = [b.x0 - a.x1 for a, b in zip(self.words, self.words[1:], strict=False)]
        usual = [g for g in gaps if 0 < g < WIDE_GAP * self.size]
        least = max(WIDE_GAP * self.size, 2.2 * (median(usual) if len(usual) > 2 else SPACE * self.size))
        least = min(least, SURE_GAP * self.size)
        return self.split(least)

    def split(self, least: float) -> list[Segment]:
        """Segments with gaps of at least `least` points between them."""
        segments: list[list[Word]] = []
        last: Word | None = None
        for word in self.words:
            if word.leader:
                last = None
                continue
            if (
                last is None
                or gap(last, word) >= (min(least, DIGITS * self.size) if _digits(last, word) else least)
                or any(last.x1 - 1.5 <= cut <= word.x0 + 1.5 for cut in self.cuts)
            ):
                segments.append([])
            segments[-1].append(word)
            last = word
        return [Segment(s) for s in segments]

    @cached_property
    def gaps(self) -> list[tuple[float, float]]:
        """x intervals between the segments."""
        s = self.segments
        return [(a.x1, b.x0) for a, b in itertools.pairwise(s)]

    @cached_property
    def tabular(self) -> bool:
        """Whether the line has columns: more than one segment, and not a label with its paragraph."""
        s = self.segments
        if len(s) < 2 or CAPTION.match(self.text):
            return False
        return not (len(s) == 2 and _LABEL.fullmatch(s[0].text) and not s[1].numeric)

    @cached_property
    def text(self) -> str:
        """The line's words."""
        return join_words(self.words)


def _digits(a: Word, b: Word) -> bool:
    return a.text[-1].isdigit() and b.text[0].isdigit()


def two_numbers(a: Word, b: Word) -> bool:
    """Whether neighbours are two numbers, not one whose thousands are set apart (15 455)."""
    return _digits(a, b) and not _GROUP.fullmatch(b.text) and len(a.text) > 1


def gap(a: Word, b: Word) -> float:
    """Points between two words of a line; 0 between a number and its currency or per cent sign."""
    if (a.text in _SIGNS and b.text[0].isdigit()) or (b.text == "%" and a.text[-1].isdigit()):
        return 0.0
    return b.x0 - a.x1


def is_numeric(text: str) -> bool:
    """Whether a text is a number, a range, a percentage or a mark that stands for a value."""
    return bool(_NUMERIC.fullmatch(text.strip()))


def join_words(words: Sequence[Word]) -> str:
    """Words of a line as text; pieces of one word that touch are joined."""
    parts: list[str] = []
    last: Word | None = None
    for word in words:
        if last is not None and word.x0 - last.x1 > 0.12 * min(word.size, last.size):
            parts.append(" ")
        parts.append(word.text)
        last = word
    return "".join(parts)


def text_lines(words: Sequence[Word]) -> list[Line]:
    """Upright words as lines, from top to bottom. A superscript belongs to the line it stands in."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.baseline):
        for row in reversed(rows[-4:]):
            head = row[-1]
            if abs(word.baseline - head.baseline) <= 0.28 * min(word.size, head.size):
                row.append(word)
                break
        else:
            rows.append([word])
    rows = _take_in_raised(rows)
    lines = [Line(sorted(row, key=lambda w: (w.x0, w.x1))) for row in rows]
    return sorted(lines, key=lambda line: (line.baseline, line.x0))


def _take_in_raised(rows: list[list[Word]]) -> list[list[Word]]:
    """Rows of smaller letters that touch words of a neighbouring row become part of it."""
    rows = sorted(rows, key=lambda row: row[0].baseline)
    kept: list[list[Word]] = [list(row) for row in rows]
    for index, row in enumerate(rows):
        for word in row:
            for other in (index - 1, index + 1):
                if not 0 <= other < len(rows):
                    continue
                host = next(
                    (
                        w
                        for w in rows[other]
                        if w.size > 1.15 * word.size
                        and overlap(w.top, w.bottom, word.top, word.bottom) >= 0.5 * (word.bottom - word.top)
                        and -0.6 * w.size < overlap(w.x0, w.x1, word.x0, word.x1) <= 0.2 * w.size
                    ),
                    None,
                )
                if host is not None:
                    kept[index].remove(word)
                    kept[other].append(word)
                    break
    return [row for row in kept if row]


def paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that follow each other closely, with letters of one size, as paragraphs, in reading order."""
    parts: list[list[Line]] = []
    for flow in flows(list(lines)):
        last: Line | None = None
        for line in flow:
            joins = (
                last is not None
                and line.top - last.bottom < 0.6 * line.size
                and abs(line.size - last.size) < 0.15 * line.size
                and overlap(line.x0, line.x1, last.x0, last.x1) > 0
            )
            if not joins:
                parts.append([])
            parts[-1].append(line)
            last = line
    return parts


# ---- columns of prose ---------------------------------------------------------------------------------------


def flows(lines: list[Line]) -> list[list[Line]]:
    """The page's lines as streams that are read one after the other.

    Usually one. Where the text stands in columns, the lines are cut between them, and each column is a stream of
    its own; what stands above, below or across is the first stream.
    """
    return _split_flow(lines, 2)


def _split_flow(lines: list[Line], depth: int) -> list[list[Line]]:
    zone = _prose_columns(lines) if depth else None
    if zone is None:
        return [lines]
    first, last, x = zone
    left, right = [], []
    for line in lines[first:last]:
        before = [w for w in line.words if (w.x0 + w.x1) / 2 < x]
        after = [w for w in line.words if (w.x0 + w.x1) / 2 >= x]
        if before:
            left.append(Line(before, line.cuts))
        if after:
            right.append(Line(after, line.cuts))
    rest = [part for part in (lines[:first], lines[last:]) if part]
    streams = [s for part in rest for s in _split_flow(part, depth - 1)]
    return streams + _split_flow(left, depth - 1) + _split_flow(right, depth - 1)


def _prose_columns(lines: list[Line]) -> tuple[int, int, float] | None:
    """The longest run of lines (first, past the last) with prose on both sides of x, or None."""
    if len(lines) < 8:
        return None
    left, right = min(x.x0 for x in lines), max(x.x1 for x in lines)
    best: tuple[int, int, float] | None = None
    steps = 48
    for step in range(steps // 5, steps - steps // 5):
        x = left + (right - left) * step / steps
        start = 0
        for index in range(len(lines) + 1):
            if index < len(lines) and not _crosses(lines[index], x):
                continue
            if index - start >= 8 and (best is None or index - start > best[1] - best[0]):
                run = lines[start:index]
                if _is_prose(run, x, left=True) and _is_prose(run, x, left=False):
                    best = start, index, x
            start = index + 1
    return best


def _crosses(line: Line, x: float) -> bool:
    margin = 0.3 * line.size
    return any(w.x0 - margin < x < w.x1 + margin for w in line.words)


def _is_prose(run: list[Line], x: float, *, left: bool) -> bool:
    """Whether most lines on one side of x are long, of several words, and reach the column's edges."""
    halves = [h for h in ([w for w in line.words if ((w.x0 + w.x1) / 2 < x) == left] for line in run) if h]
    if len(halves) < 6:
        return False
    widths = [h[-1].x1 - h[0].x0 for h in halves]
    widest = sorted(widths)[int(0.9 * (len(widths) - 1))]
    full = [h for h, width in zip(halves, widths, strict=True) if width >= 0.8 * widest]
    lettered = [
        h
        for h in full
        if len(h) >= 4 and sum(w.text[0].isalpha() for w in h) >= 0.6 * len(h) and len(Line(h).segments) == 1
    ]
    return len(full) >= 0.5 * len(halves) and len(lettered) >= 0.75 * len(full)
