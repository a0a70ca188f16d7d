"""Small lists that raise each kind of question, and what tests of answers share."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.documents import Desk

# Enough flags that are known for a column of them to be taken for one.
KNOWN_FLAGS = [
    "NOR",
    "ISL",
    "FRO",
    "SWE",
    "DNK",
    "DEU",
    "FRA",
    "ESP",
    "PRT",
    "ITA",
    "GRC",
    "POL",
    "NLD",
    "BEL",
    "IRL",
    "GBR",
    "CAN",
    "USA",
    "JPN",
    "KOR",
]

SIGNS = [f"LAA{letter}" for letter in "BCDEFGHIJK"]
MMSIS = ["412123456", "412123457", "412123458"]


def add_reviewers(desk: Desk, *names: str) -> None:
    """People who may answer."""
    for name in names or ("maria", "jonas"):
        desk.one("SELECT review.add_reviewer(%s, %s)", name, name.title())


def flags(desk: Desk, *flags: str, source: str = "TEST", prefix: str = "V") -> int:
    """A list of names and flags; an unknown flag is one question about a value."""
    rows = [[f"{prefix} {n}", flag] for n, flag in enumerate(flags, 1)]
    return desk.clean(["Vessel Name", "Flag State"], rows, source)


def wrong_column(desk: Desk) -> int:
    """MMSI numbers among call signs: one question about a reading."""
    return desk.column([*SIGNS, *MMSIS], "Call sign")


def dates(desk: Desk, *texts: str, source: str = "TEST") -> int:
    """Dates of which none shows whether the day comes first: one question about a reading."""
    return desk.column(
        texts or ("05/03/2019", "01/02/2019", "03/04/2020"), "Authorisation start date", source=source
    )


def holds(desk: Desk) -> int:
    """Hold volumes in tonnes: one question about a reading."""
    rows = [["A", "120", "MT"], ["B", "250", "MT"], ["C", "80", "m3"]]
    return desk.clean(["Vessel Name", "Fish hold capacity", "Units of fish hold capacity"], rows)


def unknown_header(desk: Desk, header: str = "qqzzx", source: str = "TEST", prefix: str = "V") -> int:
    """A header that nobody knows: one question about a column."""
    return desk.clean(
        ["Vessel Name", header],
        [[f"{prefix} {n}", text] for n, text in enumerate(("NOR", "ISL", "FRO"))],
        source,
    )


def broad_beam(desk: Desk, beam: str = "31", name: str = "A") -> int:
    """A beam longer than its vessel: one question about a cell."""
    rows = [[name, "24", beam], ["B", "30", "9"]]
    return desk.clean(["Vessel Name", "Length (m)", "Beam (m)"], rows)


def item(desk: Desk, **where: Any) -> dict[str, Any]:
    """The one item of the queue with these properties."""
    found = [
        row
        for row in desk.rows("SELECT * FROM review.queue WHERE decision_on <> 'audit'")
        if all(row[k] == v for k, v in where.items())
    ]
    assert len(found) == 1, found
    return found[0]


def decide(
    desk: Desk,
    item_id: int,
    action: str,
    value: str | None = None,
    reviewer: str = "maria",
    note: str | None = None,
) -> dict[str, Any]:
    """Answer an item and let the workers finish what follows from it."""
    (outcome,) = desk.rows(
        "SELECT * FROM review.decide(%s, %s, %s, %s, %s)", item_id, action, value, reviewer, note
    )
    desk.drain()
    return outcome


def undo(desk: Desk, item_id: int, reviewer: str = "maria") -> dict[str, Any]:
    """Take the last answer to an item back and let the workers finish what follows from it."""
    (outcome,) = desk.rows("SELECT * FROM review.undo(%s, %s)", item_id, reviewer)
    desk.drain()
    return outcome


def status(desk: Desk, item_id: int) -> str:
    """The item's status."""
    return str(desk.one("SELECT status FROM review.items WHERE item_id = %s", item_id))


def picture(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """All that an answer may change: cells, columns, open questions, corrections, the source's own spellings."""
    return {
        "cells": desk.rows(
            "SELECT document_id, row_index, column_position, field, raw_value, cleaned_value, null_reason, confidence,"
            " threshold, rule_chain, similarity, needs_review, review_status, review_reason, proposal, proposal_field,"
            " finding FROM stage.csv_extractions ORDER BY 1, 2, 3"
        ),
        "columns": desk.rows(
            "SELECT document_id, column_position, field, kind, mapping_method, mapping_confidence, needs_review,"
            " review_reason, unit_position, date_order, decimal_sign, unit, separators, decided_date_order, decided_unit,"
            " decided_null_reason FROM stage.columns LEFT JOIN stage.readings USING (reading_id, field, kind)"
            " ORDER BY 1, 2"
        ),
        "questions": desk.rows("SELECT item_key, cells FROM review.open_decision ORDER BY 1"),
        "queue": desk.rows(
            "SELECT item_id, status, cells FROM review.queue WHERE decision_on <> 'audit' ORDER BY 1"
        ),
        "corrections": desk.rows(
            "SELECT source_id, field, raw_value, corrected_value FROM review.correction"
        ),
        "spellings": desk.rows(
            "SELECT alias, field, shipped FROM ref.header_alias WHERE source_name IS NOT NULL ORDER BY 1, 2"
        ),
    }


def refused(
    desk: Desk, item_id: int, action: str, value: str | None = None, reviewer: str | None = "maria"
) -> str:
    """The words and the SQLSTATE with which an answer is refused; nothing is kept of it."""
    before = picture(desk)
    with pytest.raises(psycopg.errors.DatabaseError) as error:
        desk.rows("SELECT * FROM review.decide(%s, %s, %s, %s)", item_id, action, value, reviewer)
    assert error.value.diag.message_hint
    assert picture(desk) == before and desk.one("SELECT count(*) FROM review.decisions") == 0
    return f"{error.value.sqlstate} {error.value.diag.message_primary}"
