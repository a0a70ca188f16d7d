"""Items to ask about: IMO numbers whose check digit is wrong, and what would be right."""

from __future__ import annotations

from tests.documents import Desk

_A_LIST = 250  # items of one list; each list is of a source of its own


def check_digit(first_six: int) -> int:
    """The seventh digit of an IMO number."""
    return sum(int(d) * f for d, f in zip(f"{first_six:06}", range(7, 1, -1), strict=True)) % 10


def wrong(n: int) -> str:
    """An IMO number, another for each n, that no check passes."""
    return f"{800_000 + n}{(check_digit(800_000 + n) + 1) % 10}"


def right(n: int) -> str:
    """The IMO number that was meant."""
    return f"{800_000 + n}{check_digit(800_000 + n)}"


def ask(desk: Desk, number: int, start: int = 0) -> dict[int, int]:
    """That many open items; returns the n of each item."""
    # no checks of accepted values, which are drawn by chance
    desk.db.execute("UPDATE review.policy SET value = 0 WHERE name = 'audit_rate'")
    for first in range(start, start + number, _A_LIST):
        ns = range(first, min(first + _A_LIST, start + number))
        # among as many that are right: a column in which no value passes would itself be asked about
        values = [v for n in ns for v in (wrong(n), right(n + 50_000))]
        desk.column(values, "IMO", source=f"LIST {first}")
    subjects = {wrong(n): n for n in range(start, start + number)}
    rows = desk.rows("SELECT item_id, subject FROM review.queue WHERE decision_on = 'value'")
    asked = {row["item_id"]: subjects[row["subject"]] for row in rows if row["subject"] in subjects}
    assert len(asked) == number
    return asked
