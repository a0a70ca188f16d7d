"""Rules are rows: which run, in what order, how often, and what is refused."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.documents import Desk

HEADER = ["Vessel Name", "External Marking"]


def add(desk: Desk, name: str, **columns: object) -> int:
    rule = {
        "kind": "replace",
        "field": "EXTERNAL_MARKING",
        "description": name,
        "rule_name": name,
        "base_confidence": 0.1,
    }
    rule |= columns
    names = ", ".join(rule)
    return desk.one(
        f"INSERT INTO stage.cleaning_rules ({names}) VALUES ({', '.join(['%s'] * len(rule))}) RETURNING rule_id",
        *rule.values(),
    )


def marking(desk: Desk, text: str, source: str = "XFC") -> dict:
    document_id = desk.clean(HEADER, [["A", text], ["B", "ZZ 99"]], source)
    return desk.cells(document_id, 2)[0]


def test_a_rule_of_an_operator_runs_at_the_next_document_and_is_recorded(desk: Desk) -> None:
    rule = add(desk, "no dots", pattern="[.]", replacement="", priority=50)
    cell = marking(desk, "N.346")
    assert cell["cleaned_value"] == "N346"
    assert cell["rule_chain"][0] == rule


def test_rules_of_a_source_run_beside_global_ones_and_for_it_alone(desk: Desk) -> None:
    add(desk, "slash to hyphen", pattern="/", replacement="-", priority=50)
    add(
        desk,
        "XFC drops hyphens",
        pattern="-",
        replacement="",
        priority=60,
        source_type="RFMO",
        source_name="XFC",
    )
    assert marking(desk, "N/346", "XFC")["cleaned_value"] == "N346"
    assert marking(desk, "N/346", "YFC")["cleaned_value"] == "N-346"
    add(desk, "every RFMO", pattern="$", replacement=" R", priority=150, source_type="RFMO")
    assert marking(desk, "N/347", "YFC")["cleaned_value"] == "N-347 R R R"


def test_priority_decides_the_order(desk: Desk) -> None:
    add(desk, "second", pattern="B", replacement="C", priority=60)
    add(desk, "first", pattern="A", replacement="B", priority=50)
    assert marking(desk, "A")["cleaned_value"] == "C"


def test_what_a_rewriting_rule_uncovers_is_cleaned_in_three_passes_at_most(desk: Desk) -> None:
    rule = add(desk, "one x a pass", pattern="^[xX](.*)$", replacement=r"\1", priority=50)
    for letters, left in ((1, 0), (2, 0), (3, 0), (4, 1), (6, 3)):
        cell = marking(desk, "x" * letters + "9")
        assert cell["cleaned_value"].lower() == "x" * left + "9"
        assert cell["rule_chain"].count(rule) == min(letters, 3)


def test_a_rule_that_never_settles_stops(desk: Desk) -> None:
    add(desk, "endless", pattern="$", replacement="Z", priority=50)
    assert marking(desk, "A")["cleaned_value"] == "AZZZ"


def test_a_disabled_rule_does_nothing(desk: Desk) -> None:
    add(desk, "asleep", pattern="A", replacement="B", priority=50, enabled=False)
    assert marking(desk, "A")["cleaned_value"] == "A"


def test_a_null_rule_tells_why(desk: Desk) -> None:
    add(
        desk,
        "see notes",
        kind="null",
        pattern="^SEE ",
        replacement="not_applicable",
        priority=150,
        base_confidence=0.5,
    )
    cell = marking(desk, "see notes")
    assert (cell["cleaned_value"], cell["null_reason"], cell["needs_review"]) == (
        None,
        "not_applicable",
        False,
    )


def test_a_validator_of_an_operator_that_must_hold_sends_to_review_with_its_words(desk: Desk) -> None:
    rule = add(desk, "has digit", kind="validate", pattern="validate_decimal", must_hold=True, penalty=0.4,
               priority=900, description="A marking of this source is a number")  # fmt: skip
    cell = marking(desk, "ABC")
    assert (cell["needs_review"], cell["review_reason"]) == (True, "A marking of this source is a number")
    assert -rule in cell["rule_chain"] and cell["raw_value"] == "ABC"
    assert not marking(desk, "5")["needs_review"]


def test_a_rule_for_a_kind_cleans_every_field_of_it(desk: Desk) -> None:
    add(desk, "kind", field=None, field_kind="registration", pattern="A", replacement="B", priority=50)
    document_id = desk.clean(
        ["Vessel Name", "External Marking", "Licence Number"], [["A", "A1", "A2"], ["B", "A3", "A4"]]
    )
    assert desk.cleaned(document_id, 2) + desk.cleaned(document_id, 3) == ["B1", "B3", "B2", "B4"]
    assert desk.cleaned(document_id, 1) == ["A", "B"]


def test_a_patterns_text_is_never_code(desk: Desk) -> None:
    add(
        desk,
        "quote",
        pattern="'\\); DROP TABLE stage.rows; --",
        replacement="%L %1$s {last} x0 '' \\\\",
        priority=50,
    )
    assert marking(desk, "N-1")["cleaned_value"] == "N-1"
    assert marking(desk, "it's 100% {last} x0")["cleaned_value"] == "IT'S 100% {LAST} X0"


@pytest.mark.parametrize(
    ("rule", "cause"),
    [
        ({"kind": "normalise", "pattern": "no_such_function", "field": "IRCS"}, "no function"),
        ({"kind": "normalise", "pattern": "validate_imo", "field": "IRCS"}, "no function"),
        ({"kind": "replace", "pattern": "(", "replacement": "", "field": "IRCS"}, "no regular expression"),
        ({"kind": "replace", "pattern": "a", "field": "IRCS"}, "needs a replacement"),
        ({"kind": "replace", "pattern": "a", "replacement": ""}, "needs a field"),
        ({"kind": "replace", "pattern": "a", "replacement": "", "field": "NO_FIELD"}, "no field NO_FIELD"),
        ({"kind": "dance", "pattern": "a", "field": "IRCS"}, "needs a kind"),
        ({"kind": "replace", "field": "IRCS", "replacement": ""}, "a pattern"),
        ({"colour": "blue"}, "has no colour"),
    ],
)
def test_a_rule_that_is_none_is_refused_with_its_cause(
    db: psycopg.Connection, rule: dict, cause: str
) -> None:
    with pytest.raises(psycopg.Error, match=cause) as refused:
        db.execute("SELECT * FROM clean.preview_rule(%s)", [json.dumps({"rule_name": "new"} | rule)])
    assert refused.value.sqlstate == "OC001" and refused.value.diag.message_hint


def test_the_compiled_chain_can_be_read(db: psycopg.Connection) -> None:
    row = db.execute("SELECT clean.chain_sql('imo', 'RFMO', 'NEAFC')").fetchone()
    assert "clean.normalise_imo(x" in row[0] and "validate_imo" in row[0]
