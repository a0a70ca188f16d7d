"""Pairs of other projects' test suites, and what ours answers to each, in the peer's own form."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from tests.db.clean.texts import each, reading

PEER = Path(__file__).parents[3] / "shared" / "data" / "peer"
NONE = {r"\N", "", "!ERR", "!ERR ValueError"}


@dataclass(frozen=True)
class Pair:
    """One pair of a peer's."""

    kind: str
    input: str
    expected: str

    @property
    def wanted(self) -> str | None:
        """What the peer answers; None where it answers nothing or fails."""
        return None if self.expected in NONE else self.expected


Ours = Callable[[psycopg.Connection, list[Pair]], list[str | None]]
Reason = tuple[str, Callable[[Pair, str | None], bool]]


@cache
def pairs(file: str) -> tuple[Pair, ...]:
    with (PEER / f"{file}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(Pair(row["kind"], row["input"], row["expected"]) for row in csv.DictReader(stream))


def valid(normalise: str, validate: str) -> Ours:
    """Ours: the normalised text where its validator holds, else nothing."""

    def answer(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
        cleaned = each(db, normalise, [pair.input for pair in given])
        return [
            text if good else None for text, good in zip(cleaned, each(db, validate, cleaned), strict=True)
        ]

    return answer


def placeholder(db: psycopg.Connection, kind: str) -> Callable[[str], bool]:
    """Whether a text is a placeholder of this kind of field, by the vocabulary."""
    texts = db.execute(
        "SELECT placeholder, match FROM ref.placeholder WHERE source_type = 'GLOBAL' AND field IS NULL"
        " AND coalesce(kind, %s) = %s",
        [kind, kind],
    ).fetchall()
    plain = {text for text, match in texts if match == "text"}
    patterns = [text for text, match in texts if match == "regex"]

    def found(raw: str) -> bool:
        folded = each(db, "upper", each(db, "clean.fold", [raw]))[0]
        return folded in plain or any(
            db.execute("SELECT %s::text ~ %s", [folded, pattern]).fetchone() == (True,)
            for pattern in patterns
        )

    return found


def call_signs(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
    empty = placeholder(db, "ircs")
    cleaned = each(db, "clean.normalise_call_sign", [pair.input for pair in given])
    return [
        None if empty(pair.input) or not re.fullmatch("[A-Z0-9]+", text) else text
        for pair, text in zip(given, cleaned, strict=True)
    ]


def key(text: str) -> str:
    """Letters and digits without accents, blanks and signs: the form in which both names are compared."""
    plain = unicodedata.normalize("NFKD", text.replace("Ø", "O").replace("Æ", "AE"))
    return re.sub("[^A-Z0-9]", "", plain.encode("ascii", "ignore").decode())


def ship_fails(text: str) -> bool:
    """Whether the text holds no seven digits that pass the check of ships, by arithmetic of its own."""
    digits = re.sub(r"\D", "", text)
    return len(digits) != 7 or sum(
        int(d) * w for d, w in zip(digits, range(7, 1, -1), strict=False)
    ) % 10 != int(digits[6])


def names(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
    empty = placeholder(db, "name")
    cleaned = each(db, "clean.normalise_name", [pair.input for pair in given])
    return [
        None if empty(pair.input) else key(text) or None for pair, text in zip(given, cleaned, strict=True)
    ]


def owners(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
    empty = placeholder(db, "name")
    cleaned = each(db, "clean.normalise_name", [pair.input for pair in given])
    return [None if empty(pair.input) else text for pair, text in zip(given, cleaned, strict=True)]


def imo_numbers(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
    numbers = valid("clean.normalise_imo", "clean.validate_imo")(db, given)
    answers: list[str | None] = []
    for pair, number in zip(given, numbers, strict=True):
        if pair.expected in ("true", "false"):
            answers.append("true" if number else "false")
        elif pair.kind.startswith("imo_extract"):
            answers.append(f"IMO{number}" if number else None)
        elif pair.kind.startswith("imo_entity_key"):
            answers.append(f"imo-vsl-{number}" if number else None)
        else:
            answers.append(number)
    return answers


def dates(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
    """ISO date or nothing; the peer's midnight and open intervals are compared in that form."""
    cleaned = each(db, "clean.normalise_date", [pair.input for pair in given], reading("AUTH_START", "date"))
    held = each(db, "clean.validate_date", cleaned)
    found = [text if good else None for text, good in zip(cleaned, held, strict=True)]
    answers = []
    for pair, date in zip(given, found, strict=True):
        if pair.kind == "extract_years_count":
            years = each(db, "clean.normalise_year", [pair.input])
            answers.append(str(int(each(db, "clean.validate_year", years)[0])))
        elif pair.expected in ("true", "false"):
            answers.append("true" if date else "false")
        elif date and re.fullmatch(re.escape(date) + r"(-01)*T[0-9:]+", pair.expected):
            answers.append(pair.expected)  # the day is the same; a time of day is dropped by contract
        elif date and pair.kind == "prefix_interval" and pair.expected.startswith(f"{date}-01T"):
            answers.append(pair.expected)
        else:
            answers.append(date)
    return answers


def numbers(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
    answers: list[str | None] = []
    for pair in given:
        if pair.kind == "unit_norm":
            units = each(db, "clean.unit_of", [pair.input], None)
            answers.append(units[0])
        elif pair.kind == "str_gfw":
            answers.append(each(db, "clean.normalise_name", [pair.input])[0])
        else:
            sign = re.search(r"decimal=([.,])", pair.kind)
            split = re.fullmatch(r"(.*?[0-9.,]) ?([^0-9., ]+)", pair.input.strip())
            value, unit = split.groups() if split else (pair.input.strip(), "")
            number = each(
                db, "clean.read_decimal", each(db, "clean.fold", [value]), sign.group(1) if sign else "."
            )[0]
            answers.append(
                None if number is None else f"{number.normalize():f}" + (f"|{unit}" if sign else "")
            )
    return answers


def reefers(db: psycopg.Connection, given: list[Pair]) -> list[str | None]:
    inputs = [pair.input for pair in given]
    mids = dict(db.execute("SELECT mid, iso3 FROM ref.mid").fetchall())
    flags = each(db, "clean.country_of", [pair.expected for pair in given])
    imos = each(db, "clean.validate_imo", each(db, "clean.normalise_imo", inputs))
    mmsis = each(db, "clean.validate_mmsi", each(db, "clean.normalise_mmsi", inputs))
    answers: list[str | None] = []
    for pair, flag, imo, mmsi in zip(given, flags, imos, mmsis, strict=True):
        state = mids.get(pair.input[:3]) if mmsi else None
        if pair.kind == "real_imo_check_digit_ok":
            answers.append(str(imo).lower())
        elif pair.kind == "real_mmsi_mid_to_iso3":
            answers.append(state)
        else:
            answers.append(pair.expected if flag is not None and flag == state else state)
    return answers


def same(pair: Pair, ours: str | None) -> bool:
    """Whether ours is the peer's answer; numbers by value."""
    if ours == pair.wanted:
        return True
    try:
        left, right = (text.partition("|") for text in (ours or "", pair.wanted or ""))
        return float(left[0]) == float(right[0]) and left[2].lower() == right[2].lower()
    except ValueError:
        return False
