"""Other projects' input and output pairs about cleaning: ours agree, or the reason why not is told here.

A peer's output is a fact about the peer. The contract of canonical values decides; where it differs, one rule with a
predicate explains all pairs that share the reason. Every pair either passes or is explained: none is skipped.
"""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.db.peers import (
    PEER,
    Ours,
    Reason,
    call_signs,
    dates,
    imo_numbers,
    key,
    names,
    numbers,
    owners,
    pairs,
    reefers,
    same,
    ship_fails,
    valid,
)

FILES = {
    "peer_callsign_gfw": 25,
    "peer_date": 32,
    "peer_imo": 231,
    "peer_number_unit": 61,
    "peer_shipname_gfw": 99,
    "peer_owner_gfw": 19,
    "rule_cfr": 8,
    "real_cells_reefers": 972,
}
pytestmark = pytest.mark.skipif(not PEER.is_dir(), reason="the peers' pairs are not beside this checkout")


PREFIX = re.compile(
    r"(?:[MFS]/V|F-V|FV:|M\.V\.|MFV\.|MT\.|KM\.?|B/P|E\.B\.|HMS\.|S/Y|T/T|C/P|L/M) |^[MF]/V$| (?:[MF]/V|L/M)$|^FVENTURE$"
)
NAME_REASONS: list[Reason] = [
    (
        "why there is no name is told (none, unknown, pending), not taken for a name",
        lambda pair, ours: ours is None and pair.input in {"UNKNOWN", "N/A", "NULL", "NIL", "TBN", "NO NAME"},
    ),
    (
        "prefixes and suffixes such as MV are part of the canonical name; only match keys drop them",
        lambda pair, ours: PREFIX.search(pair.input) is not None and ours == key(pair.input),
    ),
    (
        "Roman numbers, ordinals and number words stay as they are written: a hull may be V or SEVEN",
        lambda pair, ours: (
            ours == key(pair.input)
            and re.search(r"(?:^| )(?:II?|IV|VI?|X|1ST|2ND|5TH|SEVEN)(?: |$)", pair.input) is not None
        ),
    ),
    (
        "numbers keep their N, No and HAO: what stands before a number tells what it is",
        lambda pair, ours: (
            ours == key(pair.input) and re.search(r"\bN(?:O\.|°)? ?\d|\d (?:HAO|HO)$", pair.input) is not None
        ),
    ),
    (
        "abbreviations are not spelled out: STA may be more than SANTA, & is not AND in every language",
        lambda pair, ours: ours == key(pair.input) and re.search(r"\bSTA\b|&", pair.input) is not None,
    ),
    (
        "what stands in brackets is kept: it is evidence of flag or former name",
        lambda pair, ours: ours == key(pair.input) and pair.input[-1:] in ")]",
    ),
]
CASES: dict[str, tuple[Ours, list[Reason]]] = {
    "peer_callsign_gfw": (
        call_signs,
        [
            (
                "leading zeros are not dropped: 00 is no series, a human looks",
                lambda pair, ours: pair.input.startswith("00") and ours == pair.input.upper(),
            ),
            (
                "placeholders are no call signs in any case of letters",
                lambda pair, ours: ours is None and pair.input in {"unknown", "n/a", "TBA"},
            ),
            (
                "what a bracket means is not guessed: a human looks",
                lambda pair, ours: ours is None and "(" in pair.input,
            ),
        ],
    ),
    "peer_date": (
        dates,
        [
            (
                "a time of day and its zone are dropped; the day is the one that was written",
                lambda pair, ours: (
                    pair.kind in ("parse_utc", "prefix_interval") and ours == pair.input.strip()[:10]
                ),
            ),
            (
                "an uncertain year is for a human",
                lambda pair, ours: pair.input == "circa 2023" and ours == "0",
            ),
        ],
    ),
    "peer_imo": (
        imo_numbers,
        [
            (
                "a number among other words is proposed to a human, not taken",
                lambda pair, ours: pair.input == "Flag 12, IMO 9289518" and ours is None,
            ),
            (
                "numbers of companies are no numbers of ships",
                lambda pair, ours: (
                    "compan" in pair.kind and ours in (None, "false") and ship_fails(pair.input)
                ),
            ),
            (
                "an invalid number is reviewed, never used as a key",
                lambda pair, ours: (
                    pair.kind.startswith("imo_entity_key") and ours is None and ship_fails(pair.input)
                ),
            ),
            (
                "words, signs and grouping around seven digits with a valid check digit are dropped",
                lambda pair, ours: pair.wanted is None and (ours or "").removeprefix("IMO") == "9074729",
            ),
        ],
    ),
    "peer_number_unit": (
        numbers,
        [
            (
                "a number is read as it is meant: a sign, a blank, an exponent or a decimal comma is not lost",
                lambda pair, ours: (
                    pair.kind.endswith("_gfw")
                    and (pair.input, ours)
                    in {
                        ("1 234", "1234"),
                        ("-5", "-5"),
                        ("1e3", "1000"),
                        ("499,00", "499"),
                        ("1.234,56", "1234.56"),
                    }
                ),
            ),
            (
                "what the text itself shows goes before its column's sign: one digit behind a comma is a fraction",
                lambda pair, ours: (
                    pair.wanted is None
                    and "decimal=.," in pair.kind
                    and re.search(r",5\b", pair.input) is not None
                ),
            ),
            (
                "a unit is its vocabulary's code, or none",
                lambda pair, ours: (
                    pair.kind == "unit_norm"
                    and (pair.input, ours) in {("banana", None), ("kw", "kW"), ("hp", "HP"), ("nm", "nmi")}
                ),
            ),
        ],
    ),
    "peer_shipname_gfw": (names, NAME_REASONS),
    "peer_owner_gfw": (
        owners,
        [
            ("unknown is why there is no name", lambda pair, ours: pair.input == "UNKNOWN" and ours is None),
            (
                "a company's name is kept whole and readable; legal forms and variants are left out in match keys only",
                lambda pair, ours: ours == pair.input.upper(),
            ),
        ],
    ),
    "rule_cfr": (valid("clean.normalise_cfr", "clean.validate_cfr"), []),
    "real_cells_reefers": (
        reefers,
        [
            (
                "the digits 306 serve Curacao, Sint Maarten and Bonaire alike; the vocabulary names the first",
                lambda pair, ours: pair.input.startswith("306") and ours == "CUW",
            ),
            (
                "the digits 352 are Panama's: the peer's name is the flag its vessel once had",
                lambda pair, ours: pair.input == "352135000" and ours == "PAN",
            ),
        ],
    ),
}


@pytest.mark.parametrize("file", FILES)
def test_every_pair_passes_or_is_explained(vocabulary: psycopg.Connection, file: str) -> None:
    given = list(pairs(file))
    answer, reasons = CASES[file]
    passed, explained, open_, used = 0, 0, [], set()
    for pair, ours in zip(given, answer(vocabulary, given), strict=True):
        reason = next((why for why, holds in reasons if holds(pair, ours)), None)
        if same(pair, ours):
            passed += 1
        elif reason is not None:
            explained += 1
            used.add(reason)
        else:
            open_.append((pair, ours))
    assert open_ == [], "\n".join(
        f"{p.kind} {p.input!r}: theirs {p.expected!r}, ours {o!r}" for p, o in open_
    )
    assert passed + explained == len(given) == FILES[file]
    assert used == {why for why, _ in reasons}, "a reason that explains nothing is to be removed"
