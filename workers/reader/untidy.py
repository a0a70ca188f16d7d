"""A reader for text whose quoting breaks its own rules: slower than the csv module, and it loses nothing.

The csv module's lenient mode drops a stray quote, and after an opening quote that nobody closed it swallows
the rest of the file into one cell. Here a cell is quoted only where its closing quote stands before a
delimiter or a line end; every other quote is a character like any other.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator

from workers.reader.dialect import NO_DELIMITER, Dialect

# How far a cell may go on over lines before its opening quote is taken for a stray one.
_MOST_LINES = 200


class UntidyReader:
    """Rows of text lines, with `line_num` as the csv module counts it."""

    def __init__(self, lines: Iterator[str], dialect: Dialect, max_cell_length: int) -> None:
        self.line_num = 0
        self._lines = lines
        self._pushed_back: deque[str] = deque()
        self._delimiter = dialect.delimiter or NO_DELIMITER
        self._limit = max_cell_length
        d = re.escape(self._delimiter)
        blank = " *" if dialect.blank_before_quote else ""
        end = rf"(?={d}|\r?\n?\Z|\r\Z)"
        self._quoted = re.compile(rf'{blank}"((?:[^"]|"")*+)"{end}')
        self._open = re.compile(rf'{blank}"(?:[^"]|"")*+\Z')
        # Quotes inside a quoted cell that were not doubled: fine as long as no delimiter stands among them.
        self._loose = re.compile(rf'{blank}"([^{d}\r\n]*)"{end}')
        self._bare = re.compile(rf"[^{d}]*")

    def __iter__(self) -> UntidyReader:
        return self

    def __next__(self) -> list[str]:
        line = self._next_line()
        if '"' not in line:
            text = line.removesuffix("\n").removesuffix("\r")
            row = text.split(self._delimiter) if text else []
        else:
            row = self._split(line)
        if row and max(map(len, row)) > self._limit:
            raise csv.Error(f"a cell is longer than {self._limit:,} characters")
        return row

    def _next_line(self) -> str:
        line = self._pushed_back.popleft() if self._pushed_back else next(self._lines)
        self.line_num += 1
        return line

    def _split(self, text: str) -> list[str]:
        row: list[str] = []
        position = 0
        end = len(text.rstrip("\r\n"))
        while True:
            match = self._quoted.match(text, position)
            if match:
                row.append(match[1].replace('""', '"'))
            elif self._open.match(text, position) and (longer := self._closed(text, position)):
                text = longer
                end = len(text.rstrip("\r\n"))
                continue
            else:
                match = self._loose.match(text, position)
                if match:
                    row.append(match[1])
                else:
                    match = self._bare.match(text, position, end)
                    assert match is not None
                    row.append(match[0])
            position = match.end()
            if position >= end:
                return row
            position += len(self._delimiter)

    def _closed(self, text: str, position: int) -> str | None:
        """The text with as many further lines as close the quote at `position`; None: it is a stray one."""
        taken: list[str] = []
        while len(taken) < _MOST_LINES and len(text) <= self._limit + position:
            try:
                taken.append(self._next_line())
            except StopIteration:
                break
            if '"' not in taken[-1]:
                continue
            longer = text + "".join(taken)
            if self._quoted.match(longer, position):
                return longer
            if not self._open.match(longer, position):
                break
        self._pushed_back.extendleft(reversed(taken))
        self.line_num -= len(taken)
        return None
