"""Which delimiter a text uses: the one under which its rows agree on their width."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

# In the order of preference where nothing else decides: what prose has least comes first.
DELIMITERS = ("\t", "|", ";", ",", "^", "~")

# Unicode's noncharacter: a text of one column is read with a delimiter that no text has.
NO_DELIMITER = "\uffff"

_SAMPLE_ROWS = 400
_AGREEMENT = 0.6
_EXCEL_HINT = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimiter (None: one column), and whether a blank may stand between it and an opening quote."""

    delimiter: str | None
    blank_before_quote: bool


def sniff(text: str) -> Dialect:
    """Find the dialect of a text. Deterministic; a text in which no delimiter makes sense has one column."""
    hint = _EXCEL_HINT.match(text)
    if hint:
        return Dialect(hint[1], False)
    best = Dialect(None, False)
    best_score = 0.0
    for delimiter in DELIMITERS:
        if delimiter not in text:
            continue
        variants = [False]
        if delimiter + ' "' in text:
            variants.append(True)
        for blank in variants:
            score = _score(text, delimiter, blank)
            if score > best_score + 1e-9:
                best, best_score = Dialect(delimiter, blank), score
    return best


def _score(text: str, delimiter: str, blank: bool) -> float:
    widths = _widths(text, delimiter, blank)
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0
    common = max(wide, key=lambda width: (wide[width], width))
    # What stands above the first row of the common width is preamble: every line of it speaks a little
    # against the delimiter, for a header is as wide as its data. 12,5;3,4 under Length;Beam is what this
    # decides.
    first = widths.index(common)
    rows = widths[first:]
    agreeing = float(sum(width == common for width in rows))
    if first == 0:
        # The very first row has the common width, as a header has: then ragged rows are only half against it.
        agreeing += 0.5 * sum(width > 1 for width in rows if width != common)
    agreement = agreeing / len(rows)
    if agreement < _AGREEMENT:
        return 0.0
    return agreement - 0.02 * min(first, 20) + 0.0005 * min(common, 100)


def _widths(text: str, delimiter: str, blank: bool) -> list[int]:
    """Cells of each row that is not blank."""
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=blank
        )
        return _count(reader)
    except csv.Error:
        # Imported here: the slow reader needs this module's Dialect.
        from workers.reader.untidy import UntidyReader

        lines = iter(io.StringIO(text, newline=""))
        return _count(UntidyReader(lines, Dialect(delimiter, blank), len(text)))


def _count(reader: object) -> list[int]:
    widths: list[int] = []
    for row in reader:  # type: ignore[attr-defined]
        if any(cell.strip() for cell in row):
            widths.append(len(row))
            if len(widths) == _SAMPLE_ROWS:
                break
    return widths
