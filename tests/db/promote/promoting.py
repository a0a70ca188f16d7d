"""Small lists to promote, and what tests of promotion share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.db.review import asking
from tests.documents import Desk

HEADER = ["Vessel ID", "Vessel Name", "IMO", "Flag State", "Call Sign", "Length (m)", "Gross tonnage"]
# Valid numbers and call signs; a list of several rows is taken for what it is.
VESSELS = [
    ["V1", "NORDIC STAR", "9074729", "NOR", "LAAB", "42.5", "412"],
    ["V2", "SEA EAGLE", "8814275", "ISL", "TFAC", "31", "190"],
    ["V3", "BLUE WAVE", "9319466", "FRO", "OWAD", "55.2", "980"],
    ["V4", "RED BERRY", "9321483", "SWE", "SFAE", "24.1", "120"],
    ["V5", "LONE WOLF", "9176187", "DNK", "OUAF", "61", "1400"],
]
CONTENT = {
    "names": "role, name",
    "identifiers": "scheme, identifier, role",
    "flags": "flag, role",
    "authorisations": "authority, granted_by, authorised, authorisation_type, licence_no, area, species, gear, starts_on,"
    " ends_on, open_ended",
    "associates": "role, name, address, country",
    "metrics": "metric, value, unit, metric_type",
    "builds": "year_built, built_on, country, place, builder",
    "attributes": "attribute, value",
}  # fmt: skip


def listed(
    desk: Desk, rows: Sequence[Sequence[str]] = VESSELS, source: str = "TEST", header: Sequence[str] = HEADER
) -> int:
    """A list cleaned and gated, and not promoted; returns its document_id."""
    document_id = desk.register(desk.write(header, rows), source)
    desk.drain(["ingest", "clean", "score", "ask"])
    return document_id


def promote(desk: Desk, document_id: int | None = None, *, dry_run: bool = False) -> dict[str, Any]:
    """promote.run of one document: its row."""
    (row,) = desk.rows("SELECT * FROM promote.run(%s, %s)", document_id, dry_run)
    return row


def rollback(desk: Desk, run_id: int, why: str = "a test") -> dict[str, Any]:
    """promote.rollback: its row."""
    (row,) = desk.rows("SELECT * FROM promote.rollback(%s, 'maria', %s)", run_id, why)
    return row


def vessels(desk: Desk) -> list[dict[str, Any]]:
    """curated.vessels by name."""
    return desk.rows("SELECT * FROM curated.vessels ORDER BY vessel_name, id")


def answer(desk: Desk, subject: str, value: str) -> None:
    """The one open question about this text gets this answer; nothing is promoted yet."""
    if not desk.rows("SELECT FROM review.reviewer WHERE reviewer = 'maria'"):
        asking.add_reviewers(desk)
    (item,) = desk.rows(
        "SELECT item_id FROM review.queue WHERE subject = %s AND decision_on <> 'audit'", subject
    )
    desk.rows("SELECT * FROM review.decide(%s, 'custom', %s, 'maria')", item["item_id"], value)
    desk.drain(["score", "ask"])


def state(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """All that is in force, with its ids and times: what a rollback must bring back to the last byte."""
    found = {
        "records": desk.rows(
            "SELECT * FROM curated.record_versions WHERE recorded_to IS NULL ORDER BY record_version_id"
        ),
        "vessels": desk.rows("SELECT * FROM curated.vessels ORDER BY id"),
        "evidence": desk.rows("SELECT * FROM identity.evidence ORDER BY entry_id"),
        "membership": desk.rows("SELECT * FROM identity.membership ORDER BY entry_id"),
        "promoted cells": desk.rows(
            "SELECT document_id, row_index, column_position, promoted_at, promotion_id FROM stage.csv_extractions"
            " WHERE promotion_id IS NOT NULL ORDER BY 1, 2, 3"
        ),
    }
    for record in found["records"]:
        # how often it was in force before is history; that it is, and since when, is not
        del record["recorded"]
    for table in CONTENT:
        found[table] = desk.rows(
            f"SELECT a.* FROM curated.{table} AS a JOIN curated.record_versions AS v USING (record_version_id)"
            " WHERE v.recorded_to IS NULL ORDER BY a.record_version_id, a.column_position, a.part_no"
        )
    return found


def content(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """What is in force without the numbers and times that depend on how it came about."""
    found = {
        "records": desk.rows(
            "SELECT v.document_id, v.row_index, v.entry_id, v.vessel_id, v.observed_on, v.record_sha256, v.confidence,"
            " v.column_positions, v.value_ids, v.confidences, v.thresholds, v.decision_ids, v.reviewers,"
            " ARRAY(SELECT h.rule_ids::text FROM unnest(v.chain_ids) WITH ORDINALITY AS k (rule_chain_id, n)"
            " JOIN curated.rule_chains AS h USING (rule_chain_id) ORDER BY k.n) AS chains"
            " FROM curated.record_versions AS v WHERE recorded_to IS NULL ORDER BY 1, 2"
        ),
        "vessels": desk.rows("SELECT to_jsonb(v) - 'promoted_at' AS vessel FROM curated.vessels AS v ORDER BY id"),
        "evidence": desk.rows("SELECT * FROM identity.evidence ORDER BY entry_id"),
        "membership": desk.rows("SELECT * FROM identity.membership ORDER BY entry_id"),
    }  # fmt: skip
    for table, columns in CONTENT.items():
        found[table] = desk.rows(
            f"SELECT v.document_id, v.row_index, a.column_position, a.part_no, {columns}, a.column_positions,"
            f" a.valid_from, a.valid_to, a.confidence FROM curated.{table} AS a"
            " JOIN curated.record_versions AS v USING (record_version_id)"
            " WHERE v.recorded_to IS NULL ORDER BY 1, 2, 3, 4"
        )
    return found


def broken(desk: Desk) -> list[dict[str, Any]]:
    """Record versions and statements that break a promise: lineage that dangles, a value below its gate."""
    return desk.rows(
        "SELECT 'cell' AS what, v.record_version_id, k.column_position::text AS which FROM curated.record_versions AS v"
        " CROSS JOIN LATERAL unnest(v.column_positions, v.value_ids, v.confidences, v.thresholds, v.chain_ids, v.decision_ids)"
        "   AS k (column_position, value_id, confidence, threshold, chain_id, decision_id)"
        " LEFT JOIN stage.cells AS c ON c.document_id = v.document_id AND c.row_index = v.row_index"
        "   AND c.column_position = k.column_position"
        " WHERE c.value_id IS DISTINCT FROM k.value_id"
        "   OR NOT EXISTS (SELECT FROM stage.distinct_values AS d WHERE d.value_id = k.value_id)"
        "   OR NOT EXISTS (SELECT FROM curated.rule_chains AS h WHERE h.rule_chain_id = k.chain_id)"
        "   OR (k.decision_id IS NULL AND k.confidence < k.threshold)"
        "   OR NOT coalesce((SELECT d.applied FROM review.decisions AS d WHERE d.decision_id = k.decision_id), true)"
        " UNION ALL"
        " SELECT 'statement', s.record_version_id, s.attribute FROM curated.statements AS s"
        " LEFT JOIN curated.record_versions AS v USING (record_version_id)"
        " WHERE v.record_version_id IS NULL OR NOT s.column_positions <@ v.column_positions"
        "   OR NOT s.column_position = ANY (s.column_positions)"
        " UNION ALL"
        " SELECT 'run', v.record_version_id, v.run_id::text FROM curated.record_versions AS v"
        " LEFT JOIN stage.promotion_log AS l USING (run_id) WHERE l.run_id IS NULL OR l.document_id <> v.document_id"
        " UNION ALL"
        " SELECT 'vessel', v.id, v.vessel_name FROM curated.vessels AS v WHERE NOT EXISTS ("
        "   SELECT FROM curated.record_versions AS r WHERE r.vessel_id = v.id AND r.recorded_to IS NULL)"
        " UNION ALL"
        " SELECT 'no vessel', r.record_version_id, r.entry_id::text FROM curated.record_versions AS r"
        " WHERE r.recorded_to IS NULL AND NOT EXISTS (SELECT FROM curated.vessels AS v WHERE v.id = r.vessel_id)"
        " UNION ALL"
        " SELECT 'as of', coalesce(a.record_version_id, v.record_version_id), NULL FROM curated.as_of() AS a"
        " FULL JOIN (SELECT * FROM curated.record_versions WHERE recorded_to IS NULL) AS v USING (record_version_id)"
        " WHERE a.record_version_id IS NULL OR v.record_version_id IS NULL"
    )
