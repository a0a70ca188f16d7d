"""The benchmark of identity on small records. Nothing here says how good or how fast."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
import pytest

from benchmarks import identity
from benchmarks.identity import Record, Truth
from workers.errors import OceanidError

ROWS = [
    ["a1", "a.csv", "1", "8814275", "HAVBRIS", "Norway", "LABC", "53.1", "1,327", "1993"],
    ["b1", "b.csv", "1", "IMO 8814275", "F/V Havbris", "NOR", "LA-BC", "53.10 m", "1327.0", "199305"],
    ["a2", "a.csv", "2", "9074729", "VICTORY 3", "CHN", "NONE", "64.2", "1111", "2014"],
    ["b2", "b.csv", "2", "", "VICTORY 5", "CHN", "", "64.2", "1111", "2014"],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "records.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([identity.COLUMNS, *ROWS])
    return path


def test_messy_values_of_a_records_file_are_read(db: psycopg.Connection, path: Path) -> None:
    a1, b1, a2, b2 = identity.read_records(path, db)
    assert (a1.flag, a1.ircs, a1.length_m, a1.tonnage, a1.build_year) == ("NOR", "LABC", 53.1, 1327.0, 1993)
    assert (b1.imo, b1.ircs, b1.length_m, b1.tonnage, b1.build_year) == (
        "8814275",
        "LABC",
        53.1,
        1327.0,
        1993,
    )
    assert (a2.ircs, b2.imo) == (None, None)


def test_a_file_without_the_columns_is_refused(db: psycopg.Connection, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("record_id,file\n1,a\n")
    assert not identity.is_records(path)
    with pytest.raises(OceanidError, match="row_index"):
        identity.read_records(path, db)


def test_identity_is_measured_without_being_shown_the_imo(db: psycopg.Connection, path: Path) -> None:
    records = identity.read_records(path, db)
    result = identity.ours(db, records)
    assert db.execute("SELECT count(imo) FROM identity.evidence").fetchone() == (0,)
    assert result.pairs == {("a1", "b1")}
    assert Truth.of(records).measure(result) == (1.0, 1.0, 1.0, 1)
    assert identity.merged_sisters(result, records) == []


def test_a_wrong_pair_and_a_missed_one_are_counted() -> None:
    def record(record_id: str, imo: str | None) -> Record:
        return Record(record_id, record_id[0], imo, "N", "NOR", None, None, None, None)

    truth = Truth.of(
        [record("a1", "8814275"), record("b1", "8814275"), record("b2", "9074729"), record("c1", None)]
    )
    wrong = identity.Result("", {("a1", "b2"), ("a1", "c1")}, 0.0)
    assert truth.measure(wrong) == (0.0, 0.0, 0.0, 1)


def test_sisters_that_were_joined_are_seen() -> None:
    def sister(record_id: str, name: str) -> Record:
        return Record(record_id, record_id[0], None, name, "CHN", None, None, None, None)

    records = [sister("a1", "VICTORY NO.3"), sister("b1", "Victory 5"), sister("b2", "VICTORY 03")]
    joined = identity.Result("", {("a1", "b1"), ("a1", "b2")}, 0.0)
    assert identity.merged_sisters(joined, records) == [("a1", "b1")]


def test_one_to_one_takes_the_best_link_and_no_second_of_a_file() -> None:
    records = {i: Record(i, i[0], None, None, None, None, None, None, None) for i in ("a1", "b1", "b2", "c1")}
    groups = identity.one_to_one(records, [("a1", "b1"), ("a1", "b2"), ("b2", "c1"), ("a1", "c1")])
    assert sorted(sorted(r.record_id for r in g) for g in groups) == [["a1", "b1"], ["b2", "c1"]]


def test_the_simple_rule_is_call_sign_or_name_flag_and_length(db: psycopg.Connection, path: Path) -> None:
    records = identity.read_records(path, db)
    assert identity.simple_rule(records).pairs == {("a1", "b1")}
