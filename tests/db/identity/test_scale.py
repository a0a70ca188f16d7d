"""Pairs and look-ups go by index at fifty thousand entries."""

from __future__ import annotations

import psycopg
import pytest


@pytest.fixture
def many(db: psycopg.Connection) -> psycopg.Connection:
    db.execute("INSERT INTO stage.source (source_type, source_name) VALUES ('RFMO', 'A'), ('RFMO', 'B')")
    db.execute(
        "INSERT INTO identity.entry (source_id) SELECT s.source_id FROM generate_series(1, 25000), stage.source AS s"
    )
    db.execute(
        "INSERT INTO identity.evidence (entry_id, source_id, name, flag, ircs, length_m, gross_tonnage, year_built)"
        " SELECT entry_id, source_id, 'SHIP ' || md5((entry_id / 2)::text), 'NOR', 'L' || entry_id / 2, 10 + entry_id % 900 / 10.0,"
        " entry_id % 7919, 1950 + entry_id % 70 FROM identity.entry"
    )
    db.execute("SELECT identity.index_entries(ARRAY(SELECT entry_id FROM identity.entry))")
    db.execute("ANALYZE identity.evidence, identity.feature, identity.block, identity.entry")
    return db


def plan(db: psycopg.Connection, query: str) -> str:
    return "\n".join(row[0] for row in db.execute(f"EXPLAIN (COSTS OFF) {query}").fetchall())


@pytest.mark.slow
def test_the_pairs_of_one_entry_are_found_by_index(many: psycopg.Connection) -> None:
    found = plan(many, "SELECT * FROM identity.candidates(ARRAY[4711::bigint])")
    assert "Seq Scan on block" not in found
    assert "block_pkey" in found
    weighed = plan(many, "SELECT * FROM identity.compared(0, ARRAY[1::bigint], ARRAY[2::bigint])")
    assert "Seq Scan on feature" not in weighed
    assert "Seq Scan on term" not in weighed
    evidence = plan(many, "SELECT * FROM identity.features_of(ARRAY[4711::bigint])")
    assert "Seq Scan on evidence" not in evidence
