"""Cleaning again: versions, repeated messages, rules previewed and replayed, cells explained."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from tests.db.clean.test_rules import add
from tests.documents import Desk

HEADER = ["Vessel Name", "External Marking", "Call sign"]
ROWS = [["A", "N.346", "LAAB"], ["B", "N.347", "dug-9061"], ["C", "N-348", "H0-3272"], ["D", "N.346", "NONE"]]
RULE = {"rule_name": "no dots", "kind": "replace", "field": "EXTERNAL_MARKING", "pattern": "[.]", "replacement": "",
        "priority": 50, "base_confidence": 0.1, "description": "Dots are no part of a marking"}  # fmt: skip


def stored(desk: Desk) -> list[dict[str, Any]]:
    return desk.rows("SELECT * FROM stage.distinct_values ORDER BY value_id")


def outcomes(desk: Desk) -> list[dict[str, Any]]:
    return desk.rows(
        "SELECT document_id, row_index, column_position, cleaned_value, null_reason, rule_chain, score, confidence, threshold,"
        " needs_review, review_reason, proposal FROM stage.csv_extractions JOIN stage.distinct_values USING (value_id,"
        " cleaned_value, null_reason, rule_chain, confidence, threshold, needs_review, review_reason, proposal)"
        " ORDER BY 1, 2, 3"
    )


def test_a_second_version_uses_the_values_of_the_first(desk: Desk) -> None:
    first = desk.clean(HEADER, ROWS)
    known = stored(desk)
    second = desk.clean(HEADER, [*ROWS, ["E", "N.350", "LAAC"]])
    assert stored(desk)[: len(known)] == known
    assert {v["raw_value"] for v in stored(desk)[len(known) :]} == {"E", "N.350", "LAAC"}
    assert desk.cleaned(second, 2)[:4] == desk.cleaned(first, 2)
    assert [v["value_id"] for v in desk.cells(first, 3)] == [v["value_id"] for v in desk.cells(second, 3)][:4]
    versions = desk.rows("SELECT * FROM stage.document_versions ORDER BY version_no")
    assert [(v["version_no"], v["is_current"], v["previous_document_id"]) for v in versions] == [
        (1, False, None), (2, True, first),
    ]  # fmt: skip
    assert desk.broken() == []


def test_a_document_cleaned_twice_is_cleaned_once(desk: Desk) -> None:
    document_id = desk.clean(HEADER, ROWS)
    before = (
        stored(desk),
        desk.rows("SELECT * FROM stage.columns"),
        desk.rows("SELECT * FROM stage.cell_values"),
    )
    assert desk.one("SELECT clean.clean_document(%s)", document_id) == "gated"
    assert (
        stored(desk),
        desk.rows("SELECT * FROM stage.columns"),
        desk.rows("SELECT * FROM stage.cell_values"),
    ) == before
    with pytest.raises(psycopg.Error) as refused:
        desk.one("SELECT clean.clean_document(%s)", document_id + 99)
    assert refused.value.sqlstate == "OC404"


def test_the_same_bytes_are_the_same_document(desk: Desk) -> None:
    path = desk.write(HEADER, ROWS)
    first = desk.register(path)
    desk.drain()
    before = stored(desk)
    assert desk.register(path) == first
    desk.drain()
    assert stored(desk) == before and len(desk.rows("SELECT * FROM stage.documents")) == 1


def test_a_preview_changes_nothing_and_is_what_cleaning_again_then_does(desk: Desk) -> None:
    document_id = desk.clean(HEADER, ROWS)
    before, rules = outcomes(desk), desk.rows("SELECT * FROM stage.cleaning_rules ORDER BY rule_id")
    preview = desk.rows("SELECT * FROM clean.preview_rule(%s)", json.dumps(RULE))
    assert outcomes(desk) == before
    assert desk.rows("SELECT * FROM stage.cleaning_rules ORDER BY rule_id") == rules
    assert [(p["raw_value"], p["cells"], p["cleaned_now"], p["cleaned_then"]) for p in preview] == [
        ("N.346", 2, "N.346", "N346"), ("N.347", 1, "N.347", "N347"),
    ]  # fmt: skip

    add(desk, **{"name" if k == "rule_name" else k: v for k, v in RULE.items()})
    again = desk.rows("SELECT * FROM clean.reclean(p_field => 'EXTERNAL_MARKING')")
    desk.drain()
    assert [(r["source_name"], r["values_changed"], r["cells_changed"]) for r in again] == [("TEST", 2, 3)]
    assert desk.cleaned(document_id, 2) == ["N346", "N347", "N-348", "N346"]
    then = {p["raw_value"]: (p["cleaned_then"], p["review_then"]) for p in preview}
    for cell in desk.cells(document_id, 2):
        if cell["raw_value"] in then:
            assert (cell["cleaned_value"], cell["needs_review"]) == then[cell["raw_value"]]
    assert desk.rows("SELECT * FROM clean.preview_rule(%s)", json.dumps(RULE)) == []


def test_a_preview_of_a_rules_end_and_of_its_change(desk: Desk) -> None:
    desk.clean(HEADER, ROWS)
    off = desk.rows(
        "SELECT * FROM clean.preview_rule(%s)", json.dumps({"rule_name": "ircs.normalise", "enabled": False})
    )
    assert [
        (p["raw_value"], p["cleaned_then"], p["review_then"]) for p in off if p["raw_value"] == "dug-9061"
    ] == [("dug-9061", "dug-9061", True)]
    lenient = desk.rows(
        "SELECT * FROM clean.preview_rule(%s)",
        json.dumps({"rule_name": "ircs.series", "must_hold": False, "penalty": 0}),
    )
    assert all(p["review_now"] for p in lenient if p["raw_value"] == "H0-3272")


def test_cleaning_again_without_a_change_writes_nothing(desk: Desk) -> None:
    desk.clean(HEADER, ROWS)
    before = stored(desk)
    for _ in range(2):
        (again,) = desk.rows("SELECT * FROM clean.reclean()")
        assert (again["values_cleaned"], again["values_changed"], again["cells_changed"]) == (
            len(before),
            0,
            0,
        )
    assert stored(desk) == before
    assert desk.one("SELECT status FROM stage.documents") == "gated"


def test_cleaning_again_is_the_same_as_cleaning_fresh(desk: Desk) -> None:
    """What a changed rule makes of stored values is what it makes of values that come after it."""
    desk.clean(HEADER, ROWS, "XFC")
    add(desk, **{"name" if k == "rule_name" else k: v for k, v in RULE.items()})
    desk.db.execute("UPDATE stage.cleaning_rules SET base_confidence = 0.01 WHERE rule_name = 'ircs.series'")
    desk.rows("SELECT * FROM clean.reclean()")
    desk.drain()
    desk.clean(HEADER, ROWS, "YFC")
    mine, fresh = (
        [
            {k: v for k, v in cell.items() if k not in ("document_id", "value_id", "source_name", "created_at")}
            for n in (1, 2, 3) for cell in desk.cells(document_id, n)
        ]
        for document_id in (1, 2)
    )  # fmt: skip
    assert mine == fresh
    assert desk.broken() == []


def test_cleaning_again_touches_only_its_scope(desk: Desk) -> None:
    desk.clean(HEADER, ROWS, "XFC")
    desk.clean(HEADER, ROWS, "YFC")
    add(desk, **{"name" if k == "rule_name" else k: v for k, v in RULE.items()})
    again = desk.rows("SELECT * FROM clean.reclean('RFMO', 'YFC')")
    assert [r["source_name"] for r in again] == ["YFC"]
    desk.drain()
    assert (desk.cleaned(1, 2)[0], desk.cleaned(2, 2)[0]) == ("N.346", "N346")
    kind = desk.rows("SELECT * FROM clean.reclean(p_kind => 'ircs')")
    assert [r["values_cleaned"] for r in kind] == [4, 4] and {r["values_changed"] for r in kind} == {0}


def test_an_operators_spelling_takes_effect_at_the_next_run(desk: Desk) -> None:
    document_id = desk.clean(["Vessel Name", "Flag State"], [["A", "Atlantis"], ["B", "NOR"]])
    assert desk.cleaned(document_id, 2) == ["?", "NOR"]
    desk.db.execute("INSERT INTO ref.country_alias (alias, iso3) VALUES ('Atlantis', 'GRC')")
    desk.rows("SELECT * FROM clean.reclean(p_kind => 'country')")
    desk.drain()
    assert desk.cleaned(document_id, 2) == ["GRC", "NOR"]
    assert desk.decisions(document_id) == []
    cell = desk.cells(document_id, 2)[0]
    assert (cell["proposal"], cell["review_reason"]) == (None, None)


def test_a_cells_story_is_told_step_by_step(desk: Desk) -> None:
    document_id = desk.clean(HEADER, ROWS)
    story = desk.rows("SELECT * FROM clean.explain(%s, 2, 3)", document_id)
    assert [s["step"] for s in story] == list(range(1, len(story) + 1))
    assert [s["stage"] for s in story][:3] == ["read", "column", "reading"]
    assert story[-1]["stage"] == "gate" and story[-1]["after"] == "DUG9061"
    rule = next(s for s in story if s["rule_name"] == "ircs.normalise")
    assert (rule["before"], rule["after"]) == ("dug-9061", "DUG9061")
    check = next(s for s in story if s["rule_name"] == "ircs.series")
    assert check["note"] == "holds"
    cell = desk.cells(document_id, 3)[1]
    names = {
        r["rule_id"]: r["rule_name"] for r in desk.rows("SELECT rule_id, rule_name FROM stage.cleaning_rules")
    }
    assert [s["rule_name"] for s in story if s["rule_name"]] == [names[abs(i)] for i in cell["rule_chain"]]
    reviewed = desk.rows("SELECT * FROM clean.explain(%s, 3, 3)", document_id)[-1]
    assert reviewed["after"] == "review" and "proposal: HO3272 as IRCS" in reviewed["note"]
    assert desk.rows("SELECT * FROM clean.explain(%s, 4, 3)", document_id)[-1]["after"] == "NULL (none)"
    with pytest.raises(psycopg.Error) as refused:
        desk.rows("SELECT * FROM clean.explain(%s, 99, 1)", document_id)
    assert refused.value.sqlstate == "OC404"
