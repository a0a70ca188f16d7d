"""Reads words and ruling lines of a page with pypdfium2 (extra `pdf`)."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from workers.errors import DocumentRejected
from workers.pdf.model import THIN, Box, PageInk, Rule, Word, bounds, is_leader, turned

_SHORTEST = 2.0
_FORM_DEPTH = 5
_LEADERS = frozenset("._…·")
_MOST_OBJECTS = 60_000
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# A hyphen at the end of a line is U+FFFE or U+0002 in pdfium's text.
_HYPHENS = frozenset((0x02, 0xFFFE))

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read_pages(source: Path | bytes, pages: range | None = None) -> Iterator[PageInk]:
    """The pages of a PDF (0-based numbers in `pages`; default all), in order.

    Raises DocumentRejected where pdfium cannot open the bytes or read a page.
    """
    try:
        document = pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        raise DocumentRejected(
            f"The PDF cannot be opened: {error}.", hint="Send a complete PDF that needs no password."
        ) from error
    try:
        for number in pages if pages is not None else range(len(document)):
            try:
                page = document[number]
                ink = read_page(page)
            except pdfium.PdfiumError as error:
                raise DocumentRejected(
                    f"Page {number + 1} of the PDF cannot be read: {error}.",
                    hint="The file is damaged; send it again, or print it to a new PDF.",
                ) from error
            page.close()
            yield ink
    finally:
        document.close()


def read_page(page: pdfium.PdfPage) -> PageInk:
    """Words, ruling lines and drawings of an open page."""
    width, height = page.get_size()
    place = _Place(width, height, page.get_rotation() // 90 % 4, page.get_bbox())
    textpage = page.get_textpage()
    try:
        words = tuple(_words(_characters(textpage.raw, place), place))
    finally:
        textpage.close()
    drawn = _Drawn([], [])
    _collect(page.raw, place, drawn)
    return PageInk(width, height, words, tuple(drawn.rules), tuple(drawn.figures))


# ---- words ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Char:
    """A character on the page turned so that it is upright."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    turn: int

    @property
    def size(self) -> float:
        return max(self.bottom - self.top, 0.1)


@dataclass(frozen=True, slots=True)
class _Place:
    """From a page's own coordinates to those of the page as displayed, origin top left."""

    width: float
    height: float
    quarters: int
    box: Box  # left, bottom, right, top of the page's own box

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        match self.quarters:
            case 1:
                return y - bottom, x - left
            case 2:
                return right - x, y - bottom
            case 3:
                return top - y, right - x
        return x - left, top - y


def _characters(textpage: Any, place: _Place) -> Iterator[_Char | None]:
    """Characters as pdfium orders them; None where a word ends."""
    box = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    box_ref, x_ref, y_ref = ctypes.byref(box), ctypes.byref(x), ctypes.byref(y)
    recent: list[_Char] = []
    for index in range(raw.FPDFText_CountChars(textpage)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if (code <= 32 and code not in _HYPHENS) or code in (0xA0, 0xAD, 0x200B):
            yield None
            continue
        text = "-" if code in _HYPHENS else chr(code)
        raw.FPDFText_GetLooseCharBox(textpage, index, box_ref)
        raw.FPDFText_GetCharOrigin(textpage, index, x_ref, y_ref)
        ax, ay = place(box.left, box.top)
        bx, by = place(box.right, box.bottom)
        ox, oy = place(x.value, y.value)
        # pdfium measures the angle clockwise; -1 where it has none.
        angle = raw.FPDFText_GetCharAngle(textpage, index)
        turn = (round(math.degrees(max(angle, 0.0)) / 90) + place.quarters) % 4
        here = turned((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)), turn, place.width, place.height)
        baseline = turned((ox, oy, ox, oy), turn, place.width, place.height)[1]
        char = _Char(_LIGATURES.get(text, text), *here, baseline, turn)
        # Bold faked by drawing a character twice, a little shifted.
        if any(
            c.text == char.text
            and c.turn == turn
            and abs(c.x0 - char.x0) < 0.25 * max(char.x1 - char.x0, 0.5)
            and abs(c.baseline - baseline) < 0.15 * char.size
            for c in recent
        ):
            continue
        recent.append(char)
        if len(recent) > 120:
            del recent[:60]
        yield char


def _words(characters: Iterator[_Char | None], place: _Place) -> Iterator[Word]:
    """Characters joined where they stand close on one baseline; runs of leader dots are words of their own."""
    run: list[_Char] = []
    for char in characters:
        if char is None or (run and not _continues(run[-1], char)):
            yield from _finish(run, place)
            run = []
        if char is not None:
            run.append(char)
    yield from _finish(run, place)


def _continues(last: _Char, char: _Char) -> bool:
    if char.turn != last.turn:
        return False
    size = max(last.size, char.size)
    return -0.5 * size < char.x0 - last.x1 < 0.18 * size and abs(char.baseline - last.baseline) < 0.5 * size


def _finish(run: list[_Char], place: _Place) -> Iterator[Word]:
    """A run as words: three or more dots inside it become a leader between what stands before and after."""
    start = 0
    while start < len(run):
        dots = run[start].text in _LEADERS
        end = start + 1
        while end < len(run) and (run[end].text in _LEADERS) == dots:
            end += 1
        if (dots and end - start < 3) or not dots:
            while end < len(run) and _dots_from(run, end) < 3:
                end += 1
        part = run[start:end]
        text = "".join(c.text for c in part)
        size = max(c.size for c in part)
        # Letters raised at the end (3rd) do not lift the word.
        baseline = max(c.baseline for c in part if c.size >= 0.9 * size)
        turn = part[0].turn
        sides = (place.height, place.width) if turn % 2 else (place.width, place.height)
        box = turned(bounds((c.x0, c.top, c.x1, c.bottom) for c in part), -turn, *sides)
        yield Word(text, *box, size, baseline, is_leader(text), turn)
        start = end


def _dots_from(run: list[_Char], start: int) -> int:
    end = start
    while end < len(run) and run[end].text in _LEADERS:
        end += 1
    return end - start


# ---- lines ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Drawn:
    rules: list[Rule]
    figures: list[Box]


def _collect(page: Any, place: _Place, drawn: _Drawn) -> None:
    """Walk the objects of a page and of the forms in it."""
    stack: list[tuple[Any, Matrix, int]] = [
        (raw.FPDFPage_GetObject(page, i), _IDENTITY, 0) for i in range(raw.FPDFPage_CountObjects(page))
    ]
    seen = 0
    while stack and seen < _MOST_OBJECTS:
        item, outer, depth = stack.pop()
        seen += 1
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            _path(item, _times(_matrix(item), outer), place, drawn)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            m = _times(_matrix(item), outer)
            _area(_placed([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], m, place), drawn)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _FORM_DEPTH:
            inner = _times(_matrix(item), outer)
            stack.extend(
                (raw.FPDFFormObj_GetObject(item, i), inner, depth + 1)
                for i in range(raw.FPDFFormObj_CountObjects(item))
            )


def _matrix(item: Any) -> Matrix:
    m = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, m):
        return _IDENTITY
    return m.a, m.b, m.c, m.d, m.e, m.f


def _times(m: Matrix, n: Matrix) -> Matrix:
    """First m, then n."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _placed(points: list[tuple[float, float]], m: Matrix, place: _Place) -> list[tuple[float, float]]:
    return [place(x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]) for x, y in points]


def _path(item: Any, m: Matrix, place: _Place, drawn: _Drawn) -> None:
    """A path's subpaths as rules and figures. What is neither filled nor stroked is not drawn."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    if not (fill.value or stroke.value):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    subpaths: list[tuple[list[tuple[float, float]], bool, bool]] = []
    points: list[tuple[float, float]] = []
    curved = closed = False
    for index in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO and points:
            subpaths.append((points, closed, curved))
            points, closed, curved = [], False, False
        curved = curved or kind == raw.FPDF_SEGMENT_BEZIERTO
        points.append((x.value, y.value))
        closed = closed or bool(raw.FPDFPathSegment_GetClose(segment))
    if points:
        subpaths.append((points, closed, curved))
    for sub, is_closed, is_curved in subpaths:
        spots = _placed(sub, m, place)
        if is_closed and spots[0] != spots[-1]:
            spots.append(spots[0])
        if fill.value and _thin(spots):
            _area(spots, drawn)
        elif is_curved:
            drawn.figures.append(_box(spots))
        elif stroke.value:
            _strokes(spots, drawn)
        elif any(abs(ax - bx) > 1 and abs(ay - by) > 1 for (ax, ay), (bx, by) in itertools.pairwise(spots)):
            drawn.figures.append(_box(spots))


def _box(spots: list[tuple[float, float]]) -> Box:
    xs, ys = [p[0] for p in spots], [p[1] for p in spots]
    return min(xs), min(ys), max(xs), max(ys)


def _thin(spots: list[tuple[float, float]]) -> bool:
    x0, y0, x1, y1 = _box(spots)
    return min(x1 - x0, y1 - y0) <= THIN


def _area(spots: list[tuple[float, float]], drawn: _Drawn) -> None:
    """A thin area, filled or an image, is a rule."""
    x0, y0, x1, y1 = _box(spots)
    if y1 - y0 <= THIN and x1 - x0 > y1 - y0:
        drawn.rules.append(Rule(True, (y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= THIN and y1 - y0 > x1 - x0:
        drawn.rules.append(Rule(False, (x0 + x1) / 2, y0, y1))


def _strokes(spots: list[tuple[float, float]], drawn: _Drawn) -> None:
    for (ax, ay), (bx, by) in itertools.pairwise(spots):
        if abs(ay - by) <= 0.5 and abs(ax - bx) >= _SHORTEST:
            drawn.rules.append(Rule(True, (ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= 0.5 and abs(ay - by) >= _SHORTEST:
            drawn.rules.append(Rule(False, (ax + bx) / 2, min(ay, by), max(ay, by)))
        elif abs(ax - bx) > 1 and abs(ay - by) > 1:
            drawn.figures.append((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
