"""Pages drawn for tests: words of a plausible width put where a typesetter would put them."""

from __future__ import annotations

from collections.abc import Sequence

from workers.pdf.model import PageInk, Rule, Table, Word, is_leader

SIZE = 10.0
_NARROW = frozenset("iljtfI.,:;'|!()[]1 -")
_WIDE = frozenset("mwMW")


def width(text: str, size: float = SIZE) -> float:
    """Points that a text takes in a font like Helvetica."""
    return sum(0.28 if c in _NARROW else 0.8 if c in _WIDE else 0.53 for c in text) * size


class Sheet:
    """A page of 612 by 792 points that is written from the top."""

    def __init__(self, y: float = 80.0) -> None:
        self.y = y
        self.words: list[Word] = []
        self.rules: list[Rule] = []

    def put(
        self, x: float, text: str, *, align: str = "l", size: float = SIZE, y: float | None = None
    ) -> float:
        """Words at x, which is their left, right or middle by `align`; the x at which they end."""
        baseline = self.y if y is None else y
        whole = width(text, size)
        x -= {"l": 0.0, "r": whole, "c": whole / 2}[align]
        for part in text.split(" "):
            if part:
                self.words.append(
                    Word(
                        part,
                        x,
                        baseline - 0.8 * size,
                        x + width(part, size),
                        baseline + 0.2 * size,
                        size,
                        baseline,
                        is_leader(part),
                    )
                )
            x += width(part + " ", size)
        return x

    def down(self, step: float = 12.0) -> Sheet:
        """The next line."""
        self.y += step
        return self

    def row(
        self, xs: Sequence[float], align: str, *texts: str, step: float = 12.0, size: float = SIZE
    ) -> Sheet:
        """A line of a table: a text for each column, "" for none."""
        for x, a, text in zip(xs, align, texts, strict=False):
            if text:
                self.put(x, text, align=a, size=size)
        return self.down(step)

    def prose(self, lines: int, *, x: float = 72.0, right: float = 540.0, size: float = SIZE) -> Sheet:
        """Justified lines of words."""
        words = [
            "the",
            "vessels",
            "of",
            "the",
            "contracting",
            "parties",
            "shall",
            "be",
            "entered",
            "in",
            "the",
            "register",
            "with",
            "their",
            "names",
            "and",
            "marks",
            "before",
            "they",
            "leave",
            "port",
            "and",
            "any",
            "change",
            "is",
            "to",
            "be",
            "reported",
            "without",
            "delay",
            "by",
            "the",
            "flag",
            "state",
            "concerned",
        ]
        at = 0
        for _ in range(lines):
            chosen: list[str] = []
            while width(" ".join([*chosen, words[at % len(words)]]), size) <= right - x:
                chosen.append(words[at % len(words)])
                at += 1
            spare = (right - x - sum(width(w, size) for w in chosen)) / max(1, len(chosen) - 1)
            left = x
            for word in chosen:
                self.put(left, word, size=size)
                left += width(word, size) + spare
            self.down(1.2 * size)
        return self

    def line(self, x0: float, x1: float, *, up: float = 9.0) -> Sheet:
        """A horizontal rule, `up` points above the next line's baseline."""
        self.rules.append(Rule(True, self.y - up, x0, x1))
        return self

    def page(self) -> PageInk:
        """What was written."""
        return PageInk(612.0, 792.0, tuple(self.words), tuple(self.rules))


def grid(table: Table) -> list[list[str]]:
    """The texts of a table, a spanning cell's at its first place."""
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.col] = cell.text
    return rows
