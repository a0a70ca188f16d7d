"""`python -m benchmarks.identity [records.csv | list…]`: is one vessel found again in another register?

IMO numbers are hidden from identity and are the truth afterwards. Measured are the pairs of records of two
files that both have a valid IMO number: which of them identity, splink and a simple rule take for one
vessel. A records file has one record per vessel and file and the columns record_id, file, row_index, imo,
name, flag, ircs, length_m, tonnage, build_year; lists (by default the real ones) go through ingest, cleaning
and the gate first.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.lab import Connection, Lab, ingest, lab
from benchmarks.lists import VesselList, vessel_list, vessel_lists
from workers.errors import OceanidError

Pair = tuple[str, str]
CONFLICTS = Path(__file__).resolve().parent.parent / "tests" / "data" / "imo_conflicts.csv"
COLUMNS = [
    "record_id",
    "file",
    "row_index",
    "imo",
    "name",
    "flag",
    "ircs",
    "length_m",
    "tonnage",
    "build_year",
]
_PLACEHOLDER = re.compile(
    r"^\W*(none|nil|n/?a|null|nan|unknown|unk|pending|tba|tbn|not applicable|no ircs|0*)\W*$", re.I
)


@dataclass
class Record:
    """One vessel of one file, as it is said there. The IMO number is the truth, which nobody is shown."""

    record_id: str
    file: str
    imo: str | None
    name: str | None
    flag: str | None
    ircs: str | None
    length_m: float | None
    tonnage: float | None
    build_year: int | None
    mmsi: str | None = None
    eu_cfr: str | None = None
    length_type: str | None = None
    gross_tonnage: float | None = None
    gross_register_tonnage: float | None = None
    registrations: list[str] = field(default_factory=list)
    rfmo_ids: list[str] = field(default_factory=list)
    previous_names: list[str] = field(default_factory=list)
    previous_flags: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)

    @property
    def any_tonnage(self) -> float | None:
        """The tonnage, of whatever measure."""
        return next((t for t in (self.gross_tonnage, self.tonnage, self.gross_register_tonnage) if t), None)

    def bare(self) -> Record:
        """With the columns of a records file alone."""
        return Record(
            self.record_id, self.file, self.imo, self.name, self.flag, self.ircs,
            self.length_m, self.any_tonnage, self.build_year,
        )  # fmt: skip


@dataclass
class Result:
    """What a method took for one vessel, and how long it needed."""

    method: str
    pairs: set[Pair]
    seconds: float
    beside: str = ""


# ── Records ─────────────────────────────────────────────────────────────────────────────────────────────────


def valid_imo(text: str | None) -> str | None:
    """Seven digits whose check digit is right, or None."""
    digits = re.sub(r"\D", "", re.sub(r"\.0+$", "", text or ""))
    if len(digits) != 7:
        return None
    total = sum(int(d) * w for d, w in zip(digits[:6], range(7, 1, -1), strict=True))
    return digits if total % 10 == int(digits[6]) else None


def number(text: str | None) -> float | None:
    """The first number in a text, if it is positive."""
    found = re.search(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3}\b)", "", text or "").replace(",", "."))
    value = float(found[0]) if found else 0.0
    return value if value > 0 else None


def said(text: str | None) -> str | None:
    """The text, or None where it says that there is none."""
    text = (text or "").strip()
    return None if _PLACEHOLDER.match(text) else text


def read_records(path: Path, connection: Connection) -> list[Record]:
    """The records of a file.

    Flags are read with the vocabulary, numbers by their first digits; texts that say nothing count as nothing.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    missing = [column for column in COLUMNS if rows and column not in rows[0]]
    if missing:
        raise OceanidError(
            f"{path.name} has no column {', '.join(missing)}.", hint="It needs " + ", ".join(COLUMNS)
        )
    flags = sorted({row["flag"] for row in rows if said(row["flag"])})
    code = dict(
        connection.execute(
            "SELECT f, coalesce(clean.country_of(f), ref.match_key(f)) FROM unnest(%s::text[]) AS f", [flags]
        ).fetchall()
    )
    records = []
    for row in rows:
        year = number(row["build_year"])
        year = int(str(int(year))[:4]) if year and year >= 1000 else 0
        records.append(
            Record(
                record_id=row["record_id"],
                file=row["file"],
                imo=valid_imo(row["imo"]),
                name=said(row["name"]),
                flag=code.get(row["flag"]),
                ircs=re.sub(r"[^A-Z0-9]", "", (said(row["ircs"]) or "").upper()) or None,
                length_m=number(row["length_m"]),
                tonnage=number(row["tonnage"]),
                build_year=year if 1850 <= year <= 2100 else None,
            )
        )
    return records


_RECORDS = """
    WITH cell AS MATERIALIZED (
        SELECT r.document_id, r.entry_id, x.field, x.cleaned_value AS value, x.row_index
        FROM stage.csv_extractions AS x JOIN identity.entry_row AS r USING (document_id, row_index)
        WHERE x.cleaned_value IS NOT NULL AND NOT x.needs_review AND x.field IS NOT NULL
    ), one AS (
        SELECT DISTINCT ON (c.document_id, c.entry_id, c.field) c.document_id, c.entry_id, c.field, c.value
        FROM cell AS c ORDER BY c.document_id, c.entry_id, c.field, c.row_index
    ), many AS (
        SELECT c.document_id, c.entry_id, c.field, array_agg(DISTINCT v) AS values
        FROM cell AS c
        CROSS JOIN LATERAL regexp_split_to_table(
            c.value, CASE WHEN c.field = 'PREVIOUS_NAME' THEN '[;,] ?' ELSE '; ' END) AS v
        WHERE c.field IN ('NATIONAL_REG_NO', 'PREVIOUS_REG_NO', 'EXTERNAL_MARKING', 'RFMO_ID', 'WIN', 'FFA_ID',
            'PREVIOUS_NAME', 'PREVIOUS_FLAG', 'OWNER_NAME', 'COMPANY_NAME')
        GROUP BY 1, 2, 3
    )
    SELECT d.file_name || ':' || o.entry_id, d.file_name, o.one, m.many
    FROM (
        SELECT o.document_id, o.entry_id, jsonb_object_agg(o.field, o.value) AS one FROM one AS o GROUP BY 1, 2
    ) AS o
    JOIN stage.documents AS d USING (document_id)
    LEFT JOIN (
        SELECT m.document_id, m.entry_id, jsonb_object_agg(m.field, m.values) AS many FROM many AS m GROUP BY 1, 2
    ) AS m USING (document_id, entry_id)
    ORDER BY d.file_name, o.entry_id
"""


def records_of_lists(place: Lab, lists: Sequence[VesselList]) -> list[Record]:
    """Ingest, clean and gate the lists; a record for each vessel and file from the cells that were accepted."""
    with place.database() as (url, connection):
        ingest(place, url, connection, lists, 2)
        return records_in(connection)


def records_in(connection: Connection) -> list[Record]:
    """A record for each vessel and document of a database, from the cells that were accepted."""
    connection.execute("SELECT identity.enter(document_id) FROM stage.documents ORDER BY document_id")
    connection.execute("SET enable_nestloop = off")
    rows = connection.execute(_RECORDS).fetchall()
    connection.execute("RESET enable_nestloop")
    records = []
    for record_id, file, one, many in rows:
        many = many or {}
        kind = one.get("TONNAGE_TYPE")
        tonnage = number(one.get("TONNAGE"))
        records.append(
            Record(
                record_id, file, valid_imo(one.get("IMO")), one.get("VESSEL_NAME"), one.get("FLAG"), one.get("IRCS"),
                number(one.get("LENGTH_OVERALL") or one.get("LENGTH")),
                tonnage if kind not in ("GT", "GRT") else None,
                int(one["BUILD_YEAR"]) if one.get("BUILD_YEAR") else None,
                mmsi=one.get("MMSI"),
                eu_cfr=one.get("EU_CFR"),
                length_type="LOA" if one.get("LENGTH_OVERALL") else one.get("LENGTH_TYPE"),
                gross_tonnage=number(one.get("GROSS_TONNAGE")) or (tonnage if kind == "GT" else None),
                gross_register_tonnage=number(one.get("GROSS_REGISTER_TONNAGE"))
                or (tonnage if kind == "GRT" else None),
                registrations=[*many.get("NATIONAL_REG_NO", []), *many.get("PREVIOUS_REG_NO", []),
                               *many.get("EXTERNAL_MARKING", [])],
                rfmo_ids=[*many.get("RFMO_ID", []), *many.get("WIN", []), *many.get("FFA_ID", [])],
                previous_names=many.get("PREVIOUS_NAME", []),
                previous_flags=many.get("PREVIOUS_FLAG", []),
                owners=[*many.get("OWNER_NAME", []), *many.get("COMPANY_NAME", [])],
            )
        )  # fmt: skip
    return records


# ── Methods ─────────────────────────────────────────────────────────────────────────────────────────────────


def load(connection: Connection, records: Sequence[Record], *, imo: bool = False) -> dict[int, Record]:
    """Entries with their evidence, a source per file; without IMO numbers unless asked for."""
    files = sorted({record.file for record in records})
    source = dict(
        connection.execute(
            "INSERT INTO stage.source (source_type, source_name) SELECT 'BENCH', f FROM unnest(%s::text[]) AS f"
            " RETURNING source_name, source_id",
            [files],
        ).fetchall()
    )
    first = connection.execute("SELECT coalesce(max(entry_id), 0) + 1 FROM identity.entry").fetchone()
    entries = {first[0] + i: record for i, record in enumerate(records)} if first else {}
    with connection.cursor() as cursor:
        with cursor.copy("COPY identity.entry (entry_id, source_id) FROM STDIN") as copy:
            for entry_id, record in entries.items():
                copy.write_row((entry_id, source[record.file]))
        with cursor.copy(
            "COPY identity.evidence (entry_id, source_id, imo, mmsi, ircs, eu_cfr, registrations, rfmo_ids, name,"
            " previous_names, flag, previous_flags, length_m, length_type, gross_tonnage, gross_register_tonnage,"
            " tonnage, year_built, owners) FROM STDIN"
        ) as copy:
            for entry_id, r in entries.items():
                copy.write_row(
                    (
                        entry_id, source[r.file], r.imo if imo else None, r.mmsi, r.ircs, r.eu_cfr, r.registrations,
                        r.rfmo_ids, r.name, r.previous_names, r.flag, r.previous_flags, r.length_m, r.length_type,
                        r.gross_tonnage, r.gross_register_tonnage, r.tonnage, r.build_year, r.owners,
                    )
                )  # fmt: skip
    return entries


def ours(connection: Connection, records: Sequence[Record], *, imo: bool = False) -> Result:
    """Weights estimated from these records, then every entry decided by them; the threshold is the shipped policy."""
    entries = load(connection, records, imo=imo)
    connection.execute("ANALYZE identity.evidence, identity.entry")
    started = time.perf_counter()
    version = connection.execute("SELECT identity.estimate_weights()").fetchone()
    estimated = time.perf_counter()
    connection.execute("SELECT count(*) FROM identity.adopt(%s)", version)
    done = time.perf_counter()
    vessels: dict[int, list[Record]] = defaultdict(list)
    for entry_id, vessel_id in connection.execute(
        "SELECT entry_id, vessel_id FROM identity.membership"
    ).fetchall():
        vessels[vessel_id].append(entries[entry_id])
    return Result(
        "identity", pairs_within(vessels.values()), done - started,
        f"of which weights {estimated - started:.1f} s",
    )  # fmt: skip


def pairs_within(clusters: Iterable[Sequence[Record]]) -> set[Pair]:
    """All pairs of records of two files that are in one cluster."""
    return {pair(a, b) for cluster in clusters for a, b in combinations(cluster, 2) if a.file != b.file}


def pair(a: Record, b: Record) -> Pair:
    """The two, in one order."""
    return (a.record_id, b.record_id) if a.record_id < b.record_id else (b.record_id, a.record_id)


def simple_key(name: str | None) -> str:
    """Letters and digits of a name."""
    return re.sub(r"[^A-Z0-9]", "", (name or "").upper())


def simple_rule(records: Sequence[Record]) -> Result:
    """The same call sign, or the same name and flag and lengths within 5 %."""
    started = time.perf_counter()
    found = set()
    blocks: dict[object, list[Record]] = defaultdict(list)
    for record in records:
        if record.ircs:
            blocks[record.ircs].append(record)
        if simple_key(record.name) and record.flag:
            blocks[(simple_key(record.name), record.flag)].append(record)
    for key, block in blocks.items():
        for a, b in combinations(block, 2):
            near = (
                isinstance(key, str)
                or (a.length_m and b.length_m and abs(a.length_m - b.length_m) <= 0.05 * max(a.length_m, b.length_m))
            )  # fmt: skip
            if a.file != b.file and near:
                found.add(pair(a, b))
    return Result("simple rule", found, time.perf_counter() - started)


def with_splink(records: Sequence[Record]) -> Result:
    """splink on DuckDB: names by Jaro–Winkler, term frequencies, EM over three blockings, one-to-one assignment.

    Links from a match probability of one half on, the best first, as long as no file has two records in a cluster
    (splink's own single-best-links clustering is meant to do the same, but had not finished on these lists after three
    minutes). The threshold is a free choice; one half is where its model finds a match more likely than not.
    """
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_level_library as cll
    from splink import comparison_library as cl

    logging.getLogger("splink").setLevel(logging.ERROR)
    many = any(r.mmsi or r.registrations for r in records)
    columns = {
        "unique_id": "text", "source_dataset": "text", "name": "text", "flag": "text", "ircs": "text",
        "length_m": "double", "tonnage": "double", "build_year": "integer", "mmsi": "text", "registrations": "text[]",
    }  # fmt: skip
    rows = [
        (
            r.record_id, r.file, simple_key(r.name) or None, r.flag, r.ircs, r.length_m, r.any_tonnage, r.build_year,
            r.mmsi, [simple_key(n) for n in r.registrations if simple_key(n)] or None,
        )
        for r in records
    ]  # fmt: skip
    connection = duckdb.connect()
    with tempfile.TemporaryDirectory(prefix="ocb-") as directory:
        path = Path(directory) / "records.json"
        path.write_text("\n".join(json.dumps(dict(zip(columns, row, strict=True))) for row in rows))
        connection.execute(
            f"CREATE TABLE record AS"
            f" SELECT * FROM read_json('{path}', format = 'newline_delimited', columns = {columns})"
        )
    started = time.perf_counter()

    def measure(column: str, equal: float, close: float) -> Any:
        return cl.CustomComparison(
            output_column_name=column,
            comparison_levels=[
                cll.NullLevel(column),
                cll.PercentageDifferenceLevel(column, equal),
                cll.PercentageDifferenceLevel(column, close),
                cll.ElseLevel(),
            ],
        )

    comparisons = [
        cl.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("flag").configure(term_frequency_adjustments=True),
        cl.ExactMatch("ircs").configure(term_frequency_adjustments=True),
        measure("length_m", 0.005, 0.05),
        measure("tonnage", 0.005, 0.05),
        cl.CustomComparison(
            output_column_name="build_year",
            comparison_levels=[
                cll.NullLevel("build_year"),
                cll.ExactMatchLevel("build_year"),
                cll.AbsoluteDifferenceLevel("build_year", 1),
                cll.ElseLevel(),
            ],
        ),
    ]
    blocks = [
        block_on("ircs"),
        block_on("name"),
        block_on("substr(name, 1, 5)", "flag", "round(length_m, 0)"),
        block_on("round(length_m, 1)", "round(tonnage, 0)"),
        block_on("round(length_m, 1)", "build_year"),
        block_on("round(tonnage, 0)", "build_year"),
    ]
    if many:
        comparisons += [cl.ExactMatch("mmsi"), cl.ArrayIntersectAtSizes("registrations", [1])]
        blocks.append(block_on("mmsi"))
    files = sorted({r.file for r in records})
    for i, file in enumerate(files):
        connection.execute(f"CREATE TABLE file_{i} AS SELECT * FROM record WHERE source_dataset = $1", [file])
    database = DuckDBAPI(connection)
    linker = Linker(
        [database.register(f"file_{i}", dataset_display_name=f"file_{i}") for i in range(len(files))],
        SettingsCreator(
            link_type="link_only", comparisons=comparisons, blocking_rules_to_generate_predictions=blocks
        ),
        log_level=logging.ERROR,
    )
    linker.training.estimate_probability_two_random_records_match(
        [block_on("ircs"), block_on("name", "flag")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("ircs"), block_on("name"), block_on("round(length_m, 1)", "round(tonnage, 0)")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    connection.execute(f"CREATE VIEW predicted AS SELECT * FROM {predicted.physical_name}")
    links = connection.execute(
        "SELECT unique_id_l, unique_id_r FROM predicted ORDER BY match_weight DESC, unique_id_l, unique_id_r"
    ).fetchall()
    groups = one_to_one({r.record_id: r for r in records}, links)
    seconds = time.perf_counter() - started
    connection.close()
    return Result("splink", pairs_within(groups), seconds, "one to one, from probability 0.5")


def one_to_one(records: Mapping[str, Record], links: Iterable[Pair]) -> Collection[list[Record]]:
    """Clusters of at most one record a file, grown along the links, the best first."""
    group = {record_id: [record] for record_id, record in records.items()}
    for a, b in links:
        one, other = group[a], group[b]
        if one is not other and not {r.file for r in one} & {r.file for r in other}:
            one += other
            for record in other:
                group[record.record_id] = one
    return list({id(g): g for g in group.values()}.values())


# ── Measures ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Truth:
    """Pairs of records of two files that have one IMO number, among the records that have one."""

    records: dict[str, Record]
    pairs: set[Pair]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Truth:
        """From the IMO numbers of the records."""
        groups: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            if record.imo:
                groups[record.imo].append(record)
        return cls({r.record_id: r for r in records if r.imo}, pairs_within(groups.values()))

    def measure(self, result: Result) -> tuple[float, float, float, int]:
        """Precision, recall, F1 and the number of pairs that count: of two records that both have an IMO number."""
        counted = {p for p in result.pairs if p[0] in self.records and p[1] in self.records}
        right = len(counted & self.pairs)
        precision = right / len(counted) if counted else 1.0
        recall = right / len(self.pairs) if self.pairs else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return precision, recall, f1, len(counted)


def merged_sisters(result: Result, records: Sequence[Record]) -> list[Pair]:
    """Joined pairs whose names differ in the number alone, and whose IMO numbers, where both have one, differ too."""
    of = {r.record_id: r for r in records}

    def parts(name: str | None) -> tuple[str, str]:
        key = re.sub(r"\bN(?:O|R|º|°)?\b\.?(?= ?\d)", "", (name or "").upper())
        return re.sub(r"[^A-Z]", "", key), "".join(n.lstrip("0") + " " for n in re.findall(r"\d+", key))

    found = []
    for a, b in ((of[x], of[y]) for x, y in result.pairs):
        (stem_a, number_a), (stem_b, number_b) = parts(a.name), parts(b.name)
        one_imo = a.imo is not None and a.imo == b.imo
        if stem_a and stem_a == stem_b and number_a and number_b and number_a != number_b and not one_imo:
            found.append(pair(a, b))
    return found


def conflicts_joined(connection: Connection, path: Path = CONFLICTS) -> tuple[int, int]:
    """Labelled conflicts (one IMO number on two vessels), IMO visible: how many there are, how many were joined.

    Each label is two records, told by file and name; the vessels are those of the latest `ours` of this database.
    """
    joined = total = 0
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found = connection.execute(
                "SELECT count(DISTINCT m.vessel_id), count(DISTINCT e.entry_id) FROM identity.evidence AS e"
                " JOIN stage.source AS s USING (source_id) JOIN identity.membership AS m USING (entry_id)"
                " WHERE e.imo = %s AND (s.source_name, e.name) IN ((%s, %s), (%s, %s))",
                [row["imo"], row["file_a"], row["name_a"], row["file_b"], row["name_b"]],
            ).fetchone()
            if found and found[1] > 1:
                total += 1
                joined += found[0] == 1
    return total, joined


def compare(connection: Connection, records: Sequence[Record], title: str, *, splink: bool = True) -> Result:
    """Measure all methods on the same records and print a table; returns what identity took for one vessel."""
    truth = Truth.of(records)
    results = [simple_rule(records), *([with_splink(records)] if splink else []), ours(connection, records)]
    missed = truth.pairs - results[0].pairs
    print(
        f"\n{title}: {len(records):,} records of {len({r.file for r in records})} files;"
        f" {len(truth.pairs):,} true pairs,"
    )
    print(f"of which the simple rule misses {len(missed):,}\n")
    print("| method | precision | recall | F1 | of the missed | sister ships joined | seconds | |")
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for result in results:
        precision, recall, f1, _ = truth.measure(result)
        found = len(missed & result.pairs)
        share = found / max(1, len(missed))
        print(
            f"| {result.method} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {found} ({share:.0%})"
            f" | {len(merged_sisters(result, records))} | {result.seconds:.1f} | {result.beside} |"
        )
    return results[-1]


def main() -> int:
    """Run it; 1 with a message where something is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="a records file, or vessel lists (default: the real ones)"
    )
    parser.add_argument("--without-splink", action="store_true", help="leave splink out")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    with_it = not options.without_splink
    try:
        with lab() as place:
            if len(options.files) == 1 and is_records(options.files[0]):
                with place.database() as (_, connection):
                    records = read_records(options.files[0], connection)
                    compare(connection, records, options.files[0].name, splink=with_it)
                return 0
            lists = [vessel_list(path) for path in options.files] or vessel_lists()
            # the same list as CSV and as XLSX would be the same records twice
            stems = {item.path.stem for item in lists if item.path.suffix == ".csv"}
            lists = [item for item in lists if item.path.suffix == ".csv" or item.path.stem not in stems]
            records = records_of_lists(place, lists)
            with place.database() as (_, connection):
                compare(connection, records, "All that the lists say", splink=with_it)
            with place.database() as (_, connection):
                compare(
                    connection,
                    [r.bare() for r in records],
                    "The columns of a records file alone",
                    splink=with_it,
                )
            with place.database() as (_, connection):
                ours(connection, records, imo=True)
                total, joined = conflicts_joined(connection)
                print(f"\nIMO numbers visible: of {total} labelled conflicts {joined} were joined")
    except OceanidError as error:
        print(f"{error.message} {error.hint or ''}", file=sys.stderr)
        return 1
    return 0


def is_records(path: Path) -> bool:
    """Whether the file's first line has the columns of a records file."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return set(COLUMNS) <= set(next(csv.reader(stream), []))


if __name__ == "__main__":
    sys.exit(main())
