"""Look-ups on a million vessels: `python -m benchmarks.lookups [--vessels N] [--lists DIRECTORY]`.

The vessels are generated from the real distribution: lists are read, cleaned and gated, and every vessel takes
flag, gear, type, which identifiers it has, and its name or names from the records of these lists. Two names in
five are real names as they are; the others are real names whose last word is another's, or has another number.
Identifiers are unique.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lab import Connection, Lab, ingest, lab
from benchmarks.lists import VesselList, vessel_lists

_INDEXES = ("names_key", "names_tokens", "names_name", "identifiers_identifier")
SAMPLE = """
CREATE TEMP TABLE sample AS
SELECT row_number() OVER () AS n, x.* FROM (
    SELECT max(c.cleaned_value) FILTER (WHERE c.field = 'VESSEL_NAME') AS name,
        max(c.cleaned_value) FILTER (WHERE c.field = 'PREVIOUS_NAME') AS previous_name,
        max(c.cleaned_value) FILTER (WHERE c.field = 'FLAG') AS flag,
        max(c.cleaned_value) FILTER (WHERE c.field = 'GEAR_TYPE') AS gear,
        max(c.cleaned_value) FILTER (WHERE c.field = 'VESSEL_TYPE') AS vessel_type,
        bool_or(c.field = 'IMO') AS imo, bool_or(c.field = 'MMSI') AS mmsi, bool_or(c.field = 'IRCS') AS ircs,
        bool_or(c.field = 'NATIONAL_REG_NO') AS registration, max(c.source_name) AS source_name
    FROM stage.csv_extractions AS c
    WHERE c.cleaned_value IS NOT NULL AND NOT c.needs_review
        AND c.field IN ('VESSEL_NAME', 'PREVIOUS_NAME', 'FLAG', 'GEAR_TYPE', 'VESSEL_TYPE', 'IMO', 'MMSI', 'IRCS',
            'NATIONAL_REG_NO')
    GROUP BY c.document_id, c.row_index
) AS x
WHERE x.name IS NOT NULL
"""
"""The distribution: what accepted cells of the lists say, one row a record. `fill` reads nothing else."""

_FLEET = """
CREATE TEMP TABLE fleet AS
SELECT i AS id, a.flag, a.gear, a.vessel_type, a.previous_name, a.imo, a.mmsi, a.ircs, a.registration,
    a.source_name,
    CASE
        WHEN d.die < 0.4 THEN a.name
        WHEN d.die < 0.7 AND a.name LIKE '%% %%' THEN
            regexp_replace(a.name, ' [^ ]+$', '') || ' ' || regexp_replace(b.name, '^.* ', '')
        WHEN d.die < 0.9 THEN
            regexp_replace(a.name, ' [0-9]+$', '') || ' ' || (1 + floor(d.die * 7919 * i) %% 999)::integer
        ELSE a.name
    END AS name
FROM generate_series(1, %(vessels)s) AS i
CROSS JOIN LATERAL (
    -- A multiplicative hash of the number: the same fleet every time, in no order.
    SELECT hashint8extended(i, 1) AS x, hashint8extended(i, 2) AS y,
        (hashint8extended(i, 3) & 1048575) / 1048576.0 AS die
) AS d
CROSS JOIN (SELECT count(*) AS records FROM sample) AS s
JOIN sample AS a ON a.n = 1 + abs(d.x %% s.records)
JOIN sample AS b ON b.n = 1 + abs(d.y %% s.records)
ORDER BY d.y
"""
_VERSIONS = """
INSERT INTO curated.record_versions (record_version_id, run_id, document_id, row_index, entry_id, vessel_id, source_id,
    observed_on, record_sha256, doc_sha256, rules_version, confidence, column_positions, value_ids, confidences,
    thresholds, chain_ids, decision_ids, recorded)
OVERRIDING SYSTEM VALUE
SELECT f.id, 1, 1, f.id, f.id, f.id, 1, '2025-01-01', sha256(int8send(f.id)), sha256(''), 'generated', 1,
    '{}', '{}',
    '{}', '{}', '{}', '{}', tstzmultirange(tstzrange('2025-01-02', NULL))
FROM fleet AS f
"""
_NAMES = """
INSERT INTO curated.names
SELECT f.id, n.place, 1, n.role, n.name, ARRAY[n.place], '2025-01-01', NULL, 1
FROM fleet AS f
CROSS JOIN LATERAL (VALUES
    (1::smallint, 'current', f.name), (2::smallint, 'previous', f.previous_name)
) AS n (place, role, name)
WHERE n.name IS NOT NULL
"""
_IDENTIFIERS = """
INSERT INTO curated.identifiers
SELECT f.id, i.place, 1, i.scheme, i.identifier, 'current', ARRAY[i.place], '2025-01-01', NULL, 1
FROM fleet AS f
CROSS JOIN LATERAL (VALUES
    (3::smallint, 'IMO', f.imo, (1000000 + f.id)::text),
    (4::smallint, 'MMSI', f.mmsi, (200000000 + f.id)::text),
    (5::smallint, 'IRCS', f.ircs, upper(to_hex(16777216 + f.id))),
    (6::smallint, 'NATIONAL_REG_NO', f.registration, 'REG-' || f.id)
) AS i (place, scheme, there, identifier)
WHERE i.there
"""
_VESSELS = """
INSERT INTO curated.vessels (id, imo_number, vessel_name, mmsi, call_sign, flag_state, vessel_type, gear_types,
    listed_by, source_count, record_count, first_observed, last_observed, source_document_id, confidence_score,
    promoted_at)
SELECT f.id, CASE WHEN f.imo THEN (1000000 + f.id)::text END, f.name,
    CASE WHEN f.mmsi THEN (200000000 + f.id)::text END, CASE WHEN f.ircs THEN upper(to_hex(16777216 + f.id)) END,
    f.flag, f.vessel_type, string_to_array(f.gear, '; '), ARRAY[f.source_name],
    1, 1, '2025-01-01', '2025-01-01', 1, 1, '2025-01-02'
FROM fleet AS f
"""


_BROAD = {"flag and gear, 100 vessels", "beginning of a name", "a part of the name", "short and odd"}


@dataclass(frozen=True)
class Lookup:
    """Milliseconds of so many look-ups of a kind, and how many of them found the name they were made from.

    Where very many vessels answer alike (a flag, the beginning of a name, one word of it), found counts any answer.
    """

    kind: str
    runs: int
    median: float
    p95: float
    slowest: float
    found: int


def fill(connection: Connection, vessels: int) -> None:
    """Make that many vessels in `curated` from the temporary table `sample`; big indexes are made afterwards."""
    with connection.transaction():
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute("SET LOCAL synchronous_commit = off")
        made = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'curated' AND indexname = ANY(%s)",
            [list(_INDEXES)],
        ).fetchall()
        for name in _INDEXES:
            connection.execute(f"DROP INDEX curated.{name}")
        connection.execute(_FLEET, {"vessels": vessels})
        for statement in (_VERSIONS, _NAMES, _IDENTIFIERS, _VESSELS):
            connection.execute(statement)
        for (statement,) in made:
            connection.execute(statement)
        connection.execute("DROP TABLE fleet")
    connection.execute(
        "VACUUM ANALYZE curated.record_versions, curated.names, curated.identifiers, curated.vessels"
    )


def slip(name: str, dice: random.Random) -> str:
    """The name with one typing slip in its longest word of letters: one dropped, doubled, changed, or two swapped."""
    words = name.split(" ")
    place = max(range(len(words)), key=lambda n: len(words[n]) if words[n].isalpha() else 0)
    word = words[place]
    if len(word) < 4 or not word.isalpha():
        return name
    at = dice.randrange(1, len(word) - 1)
    words[place] = dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + dice.choice("AEIORSTN") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )
    return " ".join(words)


def swap(name: str, dice: random.Random) -> str:
    """The name's words in another order."""
    words = name.split(" ")
    dice.shuffle(words)
    return " ".join(words)


def measure(connection: Connection, runs: int = 200) -> Iterator[Lookup]:
    """Look-ups of every kind, each for other vessels, one at a time as an analyst makes them."""
    dice = random.Random(4)
    vessels = connection.execute(
        "SELECT id, vessel_name, imo_number, mmsi, call_sign, flag_state, gear_types[1] FROM curated.vessels"
        " WHERE imo_number IS NOT NULL AND mmsi IS NOT NULL AND call_sign IS NOT NULL AND gear_types[1] IS NOT NULL"
        " AND vessel_name ~ '[[:alpha:]]{4}' ORDER BY hashint8extended(id, 4) LIMIT %s",
        [runs],
    ).fetchall()
    kinds: list[tuple[str, str, Callable[[Sequence[str]], Sequence[str]]]] = [
        ("IMO number", "SELECT * FROM curated.find_identifier(%s, 'IMO')", lambda v: [v[2]]),
        ("MMSI", "SELECT * FROM curated.find_identifier(%s, 'MMSI')", lambda v: [v[3]]),
        ("call sign", "SELECT * FROM curated.find_identifier(%s, 'IRCS')", lambda v: [v[4]]),
        ("any identifier", "SELECT * FROM curated.find_identifier(%s)", lambda v: [v[2]]),
        ("IMO number in curated.vessels", "SELECT id, vessel_name FROM curated.vessels WHERE imo_number = %s",
         lambda v: [v[2]]),
        ("flag and gear, 100 vessels",
         "SELECT id, vessel_name FROM curated.find_by_flag_and_gear(%s, %s) LIMIT 100", lambda v: [v[5], v[6]]),
        ("beginning of a name", "SELECT * FROM curated.find_name_prefix(%s)", lambda v: [v[1][:6]]),
        ("name", "SELECT * FROM curated.find_name(%s)", lambda v: [v[1]]),
        ("name with a slip", "SELECT * FROM curated.find_name(%s)", lambda v: [slip(v[1], dice)]),
        ("name with two slips", "SELECT * FROM curated.find_name(%s)", lambda v: [slip(slip(v[1], dice), dice)]),
        ("name, words swapped", "SELECT * FROM curated.find_name(%s)", lambda v: [swap(v[1], dice)]),
        ("a part of the name", "SELECT * FROM curated.find_name(%s)",
         lambda v: [max(v[1].split(" "), key=len)]),
        ("short and odd", "SELECT * FROM curated.find_name(%s)",
         lambda v: [dice.choice(["NO", "3", "A", "ВОСТОК", "MARIA", "SANTA", "QWERTZUIOP", "No. 7", "SAN JOSE 1"])]),
    ]  # fmt: skip
    for kind, query, arguments in kinds:
        times, found = [], 0
        for vessel in vessels:
            given = arguments(vessel)
            start = time.perf_counter()
            rows = connection.execute(query.encode(), given).fetchall()
            times.append((time.perf_counter() - start) * 1000)
            found += bool(rows) if kind in _BROAD else any(vessel[1] in row for row in rows)
        times.sort()
        yield Lookup(
            kind, len(times), times[len(times) // 2], times[int(len(times) * 0.95)], times[-1], found
        )


def main() -> int:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookups", description=__doc__)
    parser.add_argument("--vessels", type=int, default=1_000_000, help="how many (default 1,000,000)")
    parser.add_argument(
        "--lists", type=Path, help="directory of vessel lists (default: the real ones, else samples)"
    )
    options = parser.parse_args()
    with lab() as place:
        run(place, vessel_lists(options.lists), options.vessels)
    return 0


def run(place: Lab, lists: Sequence[VesselList], vessels: int) -> None:
    """Print a line for each kind of look-up."""
    with place.database() as (url, connection):
        ingest(place, url, connection, lists, 2)
        connection.execute(SAMPLE.encode())
        # Some of the lists may have been promoted before the workers stopped.
        connection.execute("TRUNCATE curated.vessels, curated.record_versions CASCADE")
        start = time.perf_counter()
        fill(connection, vessels)
        sizes = connection.execute(
            "SELECT string_agg(relname || ' ' || pg_size_pretty(pg_relation_size(oid)), ', ' ORDER BY relname)"
            " FROM pg_class WHERE relnamespace = 'curated'::regnamespace AND relname = ANY(%s)",
            [["names", *_INDEXES]],
        ).fetchone()
        print(f"{vessels:,} vessels in {time.perf_counter() - start:.0f} s; {sizes[0] if sizes else ''}")
        connection.execute("SET ROLE oceanid_analyst")
        print(f"{'look-up':32}{'median ms':>10}{'p95 ms':>10}{'max ms':>10}{'found':>12}")
        for line in measure(connection):
            print(
                f"{line.kind:32}{line.median:10.2f}{line.p95:10.2f}{line.slowest:10.2f}{line.found:6} of {line.runs}"
            )


if __name__ == "__main__":
    sys.exit(main())
