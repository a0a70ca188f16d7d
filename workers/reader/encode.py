"""Rows to the text that COPY takes: a dictionary of distinct texts per column, and rows of dictionary
numbers.

The hot path: everything per cell is done by the interpreter's own C loops (zip, map over a dictionary,
Counter, join). Only what is done once per row or per distinct text is Python. Memory is bounded by one batch
and the dictionaries, which are written out, largest first, when they outgrow their budget; the numbering goes
on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, BinaryIO

from workers.reader.model import TYPED, Batch, Limits, Row, reject

# Characters that the dictionaries of a document may hold; an entry counts for more than its text.
DICTIONARY_BUDGET = 2 * 1024 * 1024
_ENTRY_COST = 64

# A separator for escaping many texts at once: no text holds NUL (see model.TYPED for the one place where it
# leads).
_BETWEEN = "\0\0"


class _Numbers(dict[str | None, str]):
    """Text → its number as text; a text that is new gets the next number. None is a cell beyond the row's
    end.
    """

    __slots__ = ("last",)

    def __init__(self) -> None:
        super().__init__({None: "0"})
        self.last = 0

    def __missing__(self, text: str | None) -> str:
        self.last += 1
        number = self[text] = str(self.last)
        return number


class Encoder:
    """Writes one document's `stage.raw_values` and `stage.rows` as COPY text, batch by batch.

    Every row gets `width` numbers at least. `width` grows where a row is wider: the caller then encodes again
    with the final one, so that all rows of a document have the same length.
    """

    def __init__(
        self,
        document_id: int,
        header_width: int,
        width: int,
        limits: Limits,
        values: BinaryIO,
        rows: BinaryIO,
    ) -> None:
        self.width = width
        self.header_width = header_width
        self.row_index = 0
        self.row_count = 0
        self.short_rows = 0
        self.long_rows = 0
        self.first_short = 0
        self.first_long = 0
        self._document_id = document_id
        self._limits = limits
        self._values = values
        self._rows = rows
        self._numbers: list[_Numbers] = []
        self._counts: list[Counter[str | None]] = []

    def add(self, batch: Batch) -> None:
        """Encode a batch. Raises DocumentRejected where a limit is passed."""
        indexes: list[int] = []
        lines: list[int] = []
        rows: list[Row] = []
        index = self.row_index
        for row, line in zip(batch.rows, batch.lines, strict=True):
            index += 1
            if "".join(row).strip():
                indexes.append(index)
                lines.append(line)
                rows.append(row)
        self.row_index = index
        self.row_count += len(rows)
        if self.row_count > self._limits.max_rows:
            raise reject(
                f"The file has more than {self._limits.max_rows:,} rows.",
                "Split it, or raise max_rows in stage.limits.",
            )
        if not rows:
            return
        if set(map(len, rows)) != {self.header_width}:
            rows = self._ragged(rows, lines)
        columns: list[Sequence[str | None]] = list(zip_longest(*rows))
        self._fit(len(columns))
        encoded = []
        for numbers, counts, column in zip(self._numbers, self._counts, columns, strict=False):
            counts.update(column)
            encoded.append(map(numbers.__getitem__, column))
        begin = f"{self._document_id}\t"
        end = ",0" * (self.width - len(columns)) + "}\n"
        self._rows.write(
            "".join(
                [
                    f"{begin}{index}\t{line}\t{{{','.join(numbers)}{end}"
                    for index, line, numbers in zip(indexes, lines, zip(*encoded, strict=True), strict=True)
                ]
            ).encode("ascii")
        )
        self._shrink()

    def finish(self) -> None:
        """Write the dictionaries still in memory. Raises DocumentRejected where a cell is too long."""
        for position in range(len(self._numbers)):
            self._write_dictionary(position)

    def warnings(self) -> list[dict[str, Any]]:
        """What a person should know about the rows."""
        found = []
        for name, count, first, what in (
            ("short rows", self.short_rows, self.first_short, "end before the header does"),
            (
                "long rows",
                self.long_rows,
                self.first_long,
                "go on beyond the header; the extra cells are kept",
            ),
        ):
            if count:
                found.append(
                    {
                        "warning": name,
                        "count": count,
                        "first_line": first,
                        "text": f"{count:,} rows {what}; the first is at line {first:,}.",
                    }
                )
        return found

    def _ragged(self, rows: list[Row], lines: list[int]) -> list[Row]:
        """Count rows of another length than the header; cut blank cells that only trail behind it."""
        wanted = self.header_width
        even: list[Row] = []
        for row, line in zip(rows, lines, strict=True):
            if len(row) > wanted:
                # A delimiter at the end of a line opens no column.
                if not any(row[wanted:]):
                    row = row[:wanted]
                else:
                    self.long_rows += 1
                    self.first_long = self.first_long or line
            elif len(row) < wanted:
                self.short_rows += 1
                self.first_short = self.first_short or line
            even.append(row)
        return even

    def _fit(self, width: int) -> None:
        if width > self._limits.max_columns:
            raise reject(
                f"The file has a row of {width:,} columns; the limit is {self._limits.max_columns:,}.",
                "Declare the delimiter if it was guessed wrong, or raise max_columns in stage.limits.",
            )
        self.width = max(self.width, width)
        while len(self._numbers) < width:
            self._numbers.append(_Numbers())
            self._counts.append(Counter())

    def _shrink(self) -> None:
        sizes = [_ENTRY_COST * len(counts) + sum(map(len, filter(None, counts))) for counts in self._counts]
        if sum(sizes) <= DICTIONARY_BUDGET:
            return
        # The largest dictionaries go: those of names and numbers, which repeat least. A column of twenty
        # flags keeps its twenty entries for the whole document.
        for position in sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True):
            self._write_dictionary(position)
            sizes[position] = 0
            if sum(sizes) <= DICTIONARY_BUDGET // 4:
                break

    def _write_dictionary(self, position: int) -> None:
        numbers, counts = self._numbers[position], self._counts[position]
        counts.pop(None, None)
        if not counts:
            return
        limit = self._limits.max_cell_length
        longest = max(len(text) for text in counts if text is not None)
        if longest > limit + 2:
            raise reject(
                f"A cell of column {position + 1} has {longest:,} characters; the limit is {limit:,}.",
                "Check the quotes of the file, or raise max_cell_length in stage.limits.",
            )
        begin = f"{self._document_id}\t{position + 1}\t"
        texts = [text for text in counts if text is not None]
        self._values.write(
            "".join(
                [
                    f"{begin}{numbers[key]}\t{text}\t{count}\n"
                    for key, text, count in zip(texts, _escaped(texts), counts.values(), strict=True)
                ]
            ).encode("utf-8")
        )
        counts.clear()
        last = numbers.last
        numbers.clear()
        numbers[None] = "0"
        numbers.last = last


def _escaped(keys: list[str]) -> list[str]:
    """`type TAB text` of every key, the text escaped as COPY's text format asks."""
    joined = _BETWEEN.join(keys)
    if "\\" in joined:
        joined = joined.replace("\\", "\\\\")
    if "\n" in joined:
        joined = joined.replace("\n", "\\n")
    if "\r" in joined:
        joined = joined.replace("\r", "\\r")
    if "\t" in joined:
        joined = joined.replace("\t", "\\t")
    texts = joined.split(_BETWEEN)
    if TYPED not in joined.replace(_BETWEEN, ""):
        return ["s\t" + text for text in texts]
    return [f"{text[1]}\t{text[2:]}" if text[:1] == TYPED else "s\t" + text for text in texts]
