"""A scripted reviewer: answers every open item by a stated rule, and the next version of a list to review again.

The rule, in this order, for an item:
1. a column: the field that the labelled headers give it; else the machine's proposal; else plain text (reject).
2. a reading: identifiers in the wrong column are moved out (accept); an open order of day and month is DMY, as every
   source here writes it; a unit that cannot measure the field measures something else (reject).
3. a value or a cell that the labelled sample holds: its label. A label without a right answer is rejected.
4. a proposal of the machine: accept. So is a code of the source's own system that no vocabulary knows.
5. anything else is no value that anybody knows: reject.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg

from tests.acceptance import PUBLISHERS
from tests.documents import Desk
from tests.labelled import LabelledCell, cells, headers

# Kinds whose values are codes: a source's own code stays as it is written.
CODES = {"gear", "vessel_type", "species", "area", "rfmo", "unit", "length_type", "tonnage_type"}


@dataclass
class Work:
    """What emptying the queue took: answers by source and by (kind of item, action), cells settled."""

    by_source: Counter[str] = field(default_factory=Counter)
    by_action: Counter[tuple[str, str]] = field(default_factory=Counter)
    settled: int = 0

    @property
    def decisions(self) -> int:
        """Answers given."""
        return self.by_source.total()


@cache
def labelled_values() -> dict[tuple[str, str, str], LabelledCell]:
    """(source, field, raw text) to a label of it; texts that are labelled in two ways are left out."""
    found: dict[tuple[str, str, str], LabelledCell] = {}
    unsure = set()
    for label in cells():
        key = (PUBLISHERS[label.list][1], label.field, label.raw_value.strip())
        if key in found and found[key].expected != label.expected:
            unsure.add(key)
        found[key] = label
    return {key: label for key, label in found.items() if key not in unsure}


@cache
def labelled_columns() -> dict[tuple[str, str], str | None]:
    """(source, header) to the field that it means."""
    return {(PUBLISHERS[h.list][1], h.column_name): h.field for h in headers()}


def answer(item: dict[str, Any], kind: str | None) -> tuple[str, str | None]:
    """(action, value) that the rule gives an item of review.queue; kind is that of its field."""
    source, subject = item["source_name"], item["subject"].strip()
    if item["decision_on"] == "column":
        known = labelled_columns().get((source, subject), item["proposal"])
        return ("custom", known) if known else ("reject", None)
    if item["decision_on"] == "reading":
        if item["proposal_field"]:
            return "accept", None
        return ("custom", "DMY") if kind == "date" else ("reject", None)
    label = labelled_values().get((source, item["field"] or "", subject))
    if label is not None and item["decision_on"] == "value":
        if label.expected:
            return "custom", label.expected
        if label.null_reasons and not label.needs_review:
            return "custom", f"NULL {min(label.null_reasons)}"
        return "reject", None
    if item["proposal"] or (kind in CODES and item["machine_value"]):
        return "accept", None
    return "reject", None


def empty_the_queue(desk: Desk, reviewer: str = "oracle", rounds: int = 10) -> Work:
    """Answer what is open until nothing is; answers may open new questions (a column that means something now)."""
    kinds = {row["field"]: row["kind"] for row in desk.rows("SELECT field, kind FROM ref.field")}
    work = Work()
    for _ in range(rounds):
        queue = desk.rows("SELECT * FROM review.queue WHERE decision_on <> 'audit'")
        if not queue:
            return work
        for item in sorted(queue, key=lambda i: i["decision_on"] != "column"):
            if desk.one("SELECT status FROM review.items WHERE item_id = %s", item["item_id"]) != "open":
                continue  # an answer before it settled this one too
            action, settled = _decide(desk, item, kinds.get(item["field"]), reviewer)
            work.by_source[item["source_name"]] += 1
            work.by_action[item["decision_on"], action] += 1
            work.settled += settled
        desk.drain()
    raise AssertionError(f"still open: {desk.rows('SELECT * FROM review.queue LIMIT 5')}")


def _decide(desk: Desk, item: dict[str, Any], kind: str | None, reviewer: str) -> tuple[str, int]:
    action, value = answer(item, kind)
    ask = "SELECT * FROM review.decide(%s, %s, %s, %s)"
    try:
        (outcome,) = desk.rows(ask, item["item_id"], action, value, reviewer)
    except psycopg.errors.DatabaseError as error:
        # a label may say what the field's rules refuse: then nobody knows the value
        assert error.sqlstate == "OC001", error
        action = "reject"
        (outcome,) = desk.rows(ask, item["item_id"], action, None, reviewer)
    assert outcome["outcome"] == "applied", outcome
    return action, outcome["cells_settled"]


def next_version(
    table: Sequence[Sequence[str]], list_name: str, seed: int = 20, share: float = 0.05
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a list a year later: a share of its rows changed (names, lengths), and as new (a fifth of it).

    Names are made of words of the list's own names, lengths are a little longer in the same form: no typing errors.
    """
    rng = random.Random(f"{seed} {list_name}")
    header, rows = list(table[0]), [list(row) for row in table[1:]]
    at = defaultdict(list)
    for h in headers():
        if h.list == list_name.removesuffix(".xlsx") and h.field:
            at[h.field].append(h.column_position - 1)
    words = sorted({
        word for row in rows for column in at["VESSEL_NAME"] for word in row[column].split()
        if word.isascii() and word.isalpha() and len(word) > 3
    })  # fmt: skip
    lengths = [c for name in ("LENGTH", "LENGTH_OVERALL", "LENGTH_REGISTERED") for c in at[name]]
    chosen = rng.sample(range(len(rows)), max(1, round(share * 0.8 * len(rows))))
    for index in chosen:
        _change(rows[index], at["VESSEL_NAME"][:1] if rng.random() < 0.5 else lengths, words, rng)
    fresh = _numbers(rng)
    for index in rng.sample(range(len(rows)), max(1, round(share * 0.2 * len(rows)))):
        row = list(rows[index])
        _change(row, [*at["VESSEL_NAME"][:1], *lengths], words, rng)
        for column in at["IMO"]:
            row[column] = next(fresh)
        for column in (c for name in ("MMSI", "IRCS", "EU_CFR") for c in at[name]):
            row[column] = ""
        rows.append(row)
    return header, rows


def _change(row: list[str], columns: Sequence[int], words: Sequence[str], rng: random.Random) -> None:
    for column in columns:
        text = row[column].strip()
        try:
            row[column] = f"{float(text) + 0.5:.{max(1, len(text.partition('.')[2]))}f}"
        except ValueError:
            if text and not any(letter.isdigit() for letter in text):
                row[column] = " ".join(rng.sample(words, 2)) if len(words) > 1 else text


def _numbers(rng: random.Random) -> Iterator[str]:
    """IMO numbers whose check digit is right."""
    while True:
        digits = f"{rng.randrange(800000, 999999)}"
        yield digits + str(sum(int(d) * w for d, w in zip(digits, range(7, 1, -1), strict=True)) % 10)
