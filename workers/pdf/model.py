"""What the geometric engine works on and what it gives back.

All lengths are PDF points (1/72 inch) of the page as displayed, `/Rotate` applied. The origin is the top left
corner, y grows downwards, and a box is (left, top, right, bottom).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

Box = tuple[float, float, float, float]

_LETTER = 0.43
THIN = 3.0  # a filled area no thicker than this (points) is a ruling line


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a space.

    `turn`: quarter turns clockwise in which it stands on the page (1 reads downwards, 3 upwards). `size` is the font
    size, `baseline` the y its letters stand on once the page is turned so that they are upright (`turned`).
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    baseline: float
    leader: bool = False
    turn: int = 0

    @property
    def box(self) -> Box:
        """(left, top, right, bottom)."""
        return self.x0, self.top, self.x1, self.bottom

    @property
    def middle(self) -> float:
        """The y half way up the word."""
        return (self.top + self.bottom) / 2

    @classmethod
    def from_box(cls, text: str, box: Box) -> Word:
        """An upright word of which only the box is known, as OCR gives it: its height stands for the font size."""
        x0, top, x1, bottom = box
        return cls(text, x0, top, x1, bottom, bottom - top, bottom - 0.2 * (bottom - top), is_leader(text))


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight ruling line: along x at y = `at` (horizontal) or along y at x = `at`, from `start` to `end`."""

    horizontal: bool
    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """In points."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class PageInk:
    """What is drawn on one page.

    `figures` are the boxes of drawings that are no ruling lines: curves, slanted strokes.
    """

    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...] = ()
    figures: tuple[Box, ...] = ()


@dataclass(slots=True)
class Cell:
    """A cell with text: 0-based row and column, spans, the box of its words, confidence in [0, 1]."""

    row: int
    col: int
    row_span: int
    col_span: int
    text: str
    box: Box
    confidence: float = 1.0
    header: bool = False


@dataclass(slots=True)
class Table:
    """A table: the box round its words, its cells with text in reading order, confidence in [0, 1].

    `ruled` says whether the table was found by its ruling lines.
    """

    box: Box
    rows: int
    columns: int
    cells: list[Cell] = field(default_factory=list)
    confidence: float = 1.0
    ruled: bool = False


def is_leader(text: str) -> bool:
    """Whether the text is a run of leader dots (`.....`, `_____`, `. . .` without its spaces)."""
    return len(text) >= 3 and not text.strip("._…·-–—") and len(set(text)) == 1


def bounds(boxes: Iterable[Box]) -> Box:
    """The smallest box around boxes. Raises ValueError where there are none."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def overlap(a0: float, a1: float, b0: float, b1: float) -> float:
    """Length that two intervals have in common; negative: the distance between them."""
    return min(a1, b1) - max(a0, b0)


def area(box: Box) -> float:
    """Square points; 0 for an empty box."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def common_area(a: Box, b: Box) -> float:
    """Square points that two boxes share."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def turned(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of a page of this size after the page is turned back (anticlockwise) by `turn` quarters."""
    x0, top, x1, bottom = box
    match turn % 4:
        case 1:
            return top, width - x1, bottom, width - x0
        case 2:
            return width - x1, height - bottom, width - x0, height - top
        case 3:
            return height - bottom, x0, height - top, x1
    return box


def split_text(text: str, box: Box) -> list[Word]:
    """A line of text as words, its width shared out by their numbers of characters (OCR gives lines)."""
    if len(text.split()) < 2:
        return [Word.from_box(text.strip(), box)] if text.strip() else []
    x0, top, x1, bottom = box
    step = (x1 - x0) / len(text)
    return [
        Word.from_box(part.group(), (x0 + part.start() * step, top, x0 + part.end() * step, bottom))
        for part in re.finditer(r"\S+", text)
    ]


def with_sizes(words: Sequence[Word]) -> list[Word]:
    """Words of which only boxes are known, with font sizes that suit their widths.

    A reader's boxes may reach from the baseline to the capitals only, by the font's own numbers. Letters are about
    0.43 font sizes wide; where that says that boxes are too low, they are made up to one and a half times as high.
    """
    ratios = [
        (w.x1 - w.x0) / len(w.text) / _LETTER / w.size
        for w in words
        if len(w.text) > 3 and w.text.isalpha() and w.size > 0
    ]
    factor = min(max(median(ratios), 1.0), 1.5) if ratios else 1.0
    return [
        replace(
            w,
            size=w.size * factor,
            top=w.top - 0.7 * (factor - 1) * w.size,
            bottom=w.bottom + 0.3 * (factor - 1) * w.size,
        )
        for w in words
    ]
