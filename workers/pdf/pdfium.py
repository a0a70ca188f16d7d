"""Reads words and ruling lines of a page with pypdfium2 (extra `pdf`)."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from workers.errors import DocumentRejected
from workers.pdf.model import THIN, Box, PageInk, Rule, Word, is_leader

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

    Raises DocumentRejected where pdfium cannot open the bytes.
    """
    try:
        document = pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        raise DocumentRejected(
            f"The PDF cannot be opened: {error}.", hint="Send a complete PDF that needs no password."
        ) from error
    try:
        for number in pages if pages is not None else range(len(document)):
            page = document[number]
            try:
                yield read_page(page)
            finally:
                page.close()
    finally:
        document.close()


def read_page(page: pdfium.PdfPage) -> PageInk:
    """Words, ruling lines and drawings of an open page."""
    place = _placing(page)
    width, height = page.get_size()
    textpage = page.get_textpage()
    try:
        words = tuple(_words(_characters(textpage.raw, place, page.get_rotation() // 90)))
    finally:
        textpage.close()
    drawn = _Drawn([], [], [])
    _collect(page.raw, place, drawn)
    return PageInk(width, height, words, tuple(drawn.rules), tuple(drawn.figures), tuple(drawn.images))


def _placing(page: pdfium.PdfPage) -> Callable[[float, float], tuple[float, float]]:
    """From the page's own coordinates to those of the page as displayed, origin top left."""
    left, bottom, right, top = page.get_bbox()
    return {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }[page.get_rotation()]


# ---- words ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Char:
    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    baseline: float
    turn: int


def _characters(
    textpage: Any, place: Callable[[float, float], tuple[float, float]], quarters: int
) -> Iterator[_Char | None]:
    """Characters as pdfium orders them, on a page displayed turned by `quarters`; None where a word ends."""
    box = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    box_ref, x_ref, y_ref = ctypes.byref(box), ctypes.byref(x), ctypes.byref(y)
    recent: list[_Char] = []
    for index in range(raw.FPDFText_CountChars(textpage)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if code <= 32 and code not in _HYPHENS or code in (0xA0, 0xAD, 0x200B):
            yield None
            continue
        text = "-" if code in _HYPHENS else chr(code)
        raw.FPDFText_GetLooseCharBox(textpage, index, box_ref)
        raw.FPDFText_GetCharOrigin(textpage, index, x_ref, y_ref)
        ax, ay = place(box.left, box.top)
        bx, by = place(box.right, box.bottom)
        _, baseline = place(x.value, y.value)
        x0, x1, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        angle = raw.FPDFText_GetCharAngle(textpage, index)
        turn = (round(math.degrees(max(angle, 0.0)) / 90) + quarters) % 4
        char = _Char(
            _LIGATURES.get(text, text), x0, top, x1, bottom, max(bottom - top, 0.1), baseline, turn
        )
        # Bold faked by drawing a character twice, a little shifted.
        if any(
            c.text == char.text
            and abs(c.x0 - x0) < 0.25 * max(x1 - x0, 0.5)
            and abs(c.baseline - baseline) < 0.15 * char.size
            for c in recent
        ):
            continue
        recent.append(char)
        if len(recent) > 120:
            del recent[:60]
        yield char


def _words(characters: Iterator[_Char | None]) -> Iterator[Word]:
    """Characters joined where they stand close on one baseline; runs of leader dots are words of their own."""
    run: list[_Char] = []
    for char in characters:
        if char is None or (run and not _continues(run[-1], char)):
            yield from _finish(run)
            run = []
        if char is not None:
            run.append(char)
    yield from _finish(run)


def _continues(last: _Char, char: _Char) -> bool:
    if char.turn != last.turn:
        return False
    size = max(last.size, char.size)
    if last.turn % 2:
        return abs(char.x0 - last.x0) < 0.6 * size and (
            min(abs(char.top - last.bottom), abs(last.top - char.bottom)) < 0.25 * size
        )
    return -0.5 * size < char.x0 - last.x1 < 0.18 * size and abs(char.baseline - last.baseline) < 0.5 * size


def _finish(run: list[_Char]) -> Iterator[Word]:
    """A run as words: three or more dots inside it become a leader between what stands before and after."""
    start = 0
    while start < len(run):
        dots = run[start].text in _LEADERS
        end = start + 1
        while end < len(run) and (run[end].text in _LEADERS) == dots:
            end += 1
        if dots and end - start < 3 or not dots:
            while end < len(run) and _dots_from(run, end) < 3:
                end += 1
        part = run[start:end]
        text = "".join(c.text for c in part)
        turned = part[0].turn % 2 == 1
        x0, x1 = min(c.x0 for c in part), max(c.x1 for c in part)
        top, bottom = min(c.top for c in part), max(c.bottom for c in part)
        size = (x1 - x0) if turned else max(c.size for c in part)
        # Letters raised at the end (3rd) do not lift the word.
        baseline = bottom if turned else max(c.baseline for c in part if c.size >= 0.9 * size)
        yield Word(text, x0, top, x1, bottom, size, baseline, is_leader(text))
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
    images: list[Box]


def _collect(
    page: Any, place: Callable[[float, float], tuple[float, float]], drawn: _Drawn
) -> None:
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
            _area(_placed([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], m, place), drawn, bitmap=True)
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


def _placed(
    points: list[tuple[float, float]], m: Matrix, place: Callable[[float, float], tuple[float, float]]
) -> list[tuple[float, float]]:
    return [
        place(x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5])
        for x, y in points
    ]


def _path(
    item: Any, m: Matrix, place: Callable[[float, float], tuple[float, float]], drawn: _Drawn
) -> None:
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
        elif any(abs(ax - bx) > 1 and abs(ay - by) > 1 for (ax, ay), (bx, by) in zip(spots, spots[1:], strict=False)):
            drawn.figures.append(_box(spots))


def _box(spots: list[tuple[float, float]]) -> Box:
    xs, ys = [p[0] for p in spots], [p[1] for p in spots]
    return min(xs), min(ys), max(xs), max(ys)


def _thin(spots: list[tuple[float, float]]) -> bool:
    x0, y0, x1, y1 = _box(spots)
    return min(x1 - x0, y1 - y0) <= THIN


def _area(spots: list[tuple[float, float]], drawn: _Drawn, *, bitmap: bool = False) -> None:
    """A thin filled area is a rule; an image that is not thin is an image."""
    x0, y0, x1, y1 = _box(spots)
    if y1 - y0 <= THIN and x1 - x0 > y1 - y0:
        drawn.rules.append(Rule(True, (y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= THIN and y1 - y0 > x1 - x0:
        drawn.rules.append(Rule(False, (x0 + x1) / 2, y0, y1))
    elif bitmap:
        drawn.images.append((x0, y0, x1, y1))


def _strokes(spots: list[tuple[float, float]], drawn: _Drawn) -> None:
    for (ax, ay), (bx, by) in zip(spots, spots[1:], strict=False):
        if abs(ay - by) <= 0.5 and abs(ax - bx) >= _SHORTEST:
            drawn.rules.append(Rule(True, (ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= 0.5 and abs(ay - by) >= _SHORTEST:
            drawn.rules.append(Rule(False, (ax + bx) / 2, min(ay, by), max(ay, by)))
        elif abs(ax - bx) > 1 and abs(ay - by) > 1:
            drawn.figures.append((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
