"""Repeated answers become proposed rules: exact, then pattern; none that an answer contradicts; none without approval."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.documents import Desk

HEADER = ["Vessel Name", "Flag State"]


@pytest.fixture
def rita(desk: Desk) -> Desk:
    """A desk with a reviewer."""
    desk.one("SELECT review.add_reviewer('rita', 'Rita')")
    desk.db.execute("UPDATE review.policy SET value = 0 WHERE name = 'audit_rate'")
    return desk


def answer(desk: Desk, answers: dict[str, str]) -> None:
    """Answers every open question about these texts; a value is custom, NULL … a reason for none."""
    for item in desk.rows("SELECT item_id, subject FROM review.queue WHERE subject = ANY(%s)", list(answers)):
        desk.rows(
            "SELECT * FROM review.decide(%s, 'custom', %s, 'rita')", item["item_id"], answers[item["subject"]]
        )


def propose(desk: Desk) -> list[dict[str, Any]]:
    desk.rows("SELECT * FROM review.propose_rules()")
    return desk.rows("SELECT * FROM review.rule_to_approve ORDER BY proposal_id")


def flags(desk: Desk, source: str, flag: str = "Atlantis", then: str = "PRT") -> int:
    document_id = desk.clean(HEADER, [["A", flag], ["B", "NOR"]], source)
    answer(desk, {flag: then})
    return document_id


def lost_letters(desk: Desk, names: dict[str, str], source: str = "TEST") -> int:
    rows = [[name, "NOR"] for name in names]
    document_id = desk.clean(HEADER, [*rows, ["PLAIN", "NOR"]], source)
    answer(desk, {name: right for name, right in names.items() if right})
    return document_id


def test_the_same_answer_in_three_sources_is_proposed_for_all(rita: Desk) -> None:
    for source in ("AFC", "BFC"):
        flags(rita, source)
    assert propose(rita) == []
    flags(rita, "CFC")
    waiting = rita.clean(HEADER, [["A", "Atlantis"], ["B", " Atlantis"], ["C", "NOR"]], "DFC")
    (rule,) = propose(rita)
    assert (rule["form"], rule["field"], rule["source_name"], rule["replacement"]) == (
        "exact",
        "FLAG",
        None,
        "PRT",
    )
    assert rule["evidence"]["answers"] == 3 and rule["evidence"]["sources"] == ["AFC", "BFC", "CFC"]
    assert rule["evidence"]["reviewers"] == ["rita"] and rule["evidence"]["texts"] == ["Atlantis → PRT"]
    # what it would change: the source that was not asked yet
    assert (rule["values_changed"], rule["cells_changed"]) == (2, 2)
    assert {(p["source_name"], p["cleaned_then"], p["review_then"]) for p in rule["preview"]} == {
        ("DFC", "PRT", False)
    }
    assert rita.cleaned(waiting, 2) == ["?", "?", "NOR"]  # nothing without approval


def test_approval_makes_the_rule_and_settles_what_waits(rita: Desk) -> None:
    for source in ("AFC", "BFC", "CFC"):
        flags(rita, source)
    waiting = rita.clean(HEADER, [["A", "Atlantis"], ["B", "NOR"]], "DFC")
    (rule,) = propose(rita)
    (made,) = rita.rows("SELECT * FROM review.approve_rule(%s, 'rita', 'sure')", rule["proposal_id"])
    assert (made["values_changed"], made["cells_changed"]) == (1, 1)
    rita.drain()
    assert rita.cleaned(waiting, 2) == ["PRT", "NOR"]
    assert made["rule_id"] in rita.cells(waiting, 2)[0]["rule_chain"]
    assert rita.rows("SELECT * FROM review.queue") == []
    assert rita.cleaned(rita.clean(HEADER, [["X", "Atlantis"], ["Y", "NOR"]], "EFC"), 2) == ["PRT", "NOR"]
    row = rita.rows("SELECT * FROM review.proposed_rule")[0]
    assert (row["status"], row["decided_by"], row["note"], row["rule_id"]) == (
        "approved",
        "rita",
        "sure",
        made["rule_id"],
    )
    assert propose(rita) == []  # an approved one is not proposed again


def test_a_reviewer_needs_no_other_right(rita: Desk) -> None:
    for source in ("AFC", "BFC", "CFC"):
        flags(rita, source)
    rita.db.execute("SET ROLE oceanid_reviewer")
    (rule,) = propose(rita)
    assert rita.rows("SELECT * FROM review.approve_rule(%s, 'rita')", rule["proposal_id"])[0]["rule_id"]
    rita.db.execute("RESET ROLE")


def test_a_rejected_one_is_remembered_and_may_be_approved_later(rita: Desk) -> None:
    for source in ("AFC", "BFC", "CFC"):
        flags(rita, source)
    (rule,) = propose(rita)
    rita.one("SELECT review.reject_rule(%s, 'rita', 'only there')", rule["proposal_id"])
    flags(rita, "DFC")
    assert propose(rita) == []
    with pytest.raises(psycopg.Error, match="rejected already") as refused:
        rita.one("SELECT review.reject_rule(%s, 'rita')", rule["proposal_id"])
    assert refused.value.sqlstate == "OC002"
    assert rita.rows("SELECT rule_id FROM review.approve_rule(%s, 'rita')", rule["proposal_id"])
    with pytest.raises(psycopg.Error, match="approved already"):
        rita.rows("SELECT * FROM review.approve_rule(%s, 'rita')", rule["proposal_id"])


def test_an_answer_that_contradicts_withdraws_and_its_end_brings_back(rita: Desk) -> None:
    for source in ("AFC", "BFC", "CFC"):
        flags(rita, source)
    assert len(propose(rita)) == 1
    flags(rita, "DFC", then="ESP")
    assert propose(rita) == []
    assert rita.one("SELECT status FROM review.proposed_rule") == "withdrawn"
    item_id = rita.one("SELECT item_id FROM review.decisions ORDER BY decision_id DESC LIMIT 1")
    rita.rows("SELECT * FROM review.undo(%s, 'rita')", item_id)
    assert len(propose(rita)) == 1
    assert rita.one("SELECT count(*) FROM review.proposed_rule") == 1


def test_that_there_is_no_value_is_proposed_with_its_reason(rita: Desk) -> None:
    for source in ("AFC", "BFC", "CFC"):
        flags(rita, source, "see remarks", "NULL not_applicable")
    document_id = rita.clean(HEADER, [["A", "see remarks"], ["B", "NOR"]], "DFC")
    (rule,) = propose(rita)
    rita.rows("SELECT * FROM review.approve_rule(%s, 'rita')", rule["proposal_id"])
    rita.drain()
    assert rita.cleaned(document_id, 2) == ["(not_applicable)", "NOR"]


def test_several_answers_of_one_source_are_proposed_for_it_alone(rita: Desk) -> None:
    flags(rita, "AFC")
    rita.db.execute("UPDATE review.correction SET times = 3")
    (rule,) = propose(rita)
    assert (rule["form"], rule["source_name"]) == ("exact", "AFC")


def test_one_edit_of_three_texts_is_a_pattern(rita: Desk) -> None:
    lost_letters(rita, {"B?RKUR": "BØRKUR", "S?LVI": "SØLVI"})
    assert propose(rita) == []
    lost_letters(rita, {"FR?YA": "FRØYA"})
    waiting = lost_letters(rita, {"N?RDSTJERNE": ""})
    (rule,) = propose(rita)
    assert (rule["form"], rule["pattern"], rule["replacement"], rule["source_name"]) == (
        "pattern",
        r"\?",
        "Ø",
        "TEST",
    )
    assert rule["evidence"]["texts"] == ["B?RKUR → BØRKUR", "FR?YA → FRØYA", "S?LVI → SØLVI"]
    assert [p["cleaned_then"] for p in rule["preview"]] == ["NØRDSTJERNE"]
    rita.rows("SELECT * FROM review.approve_rule(%s, 'rita')", rule["proposal_id"])
    rita.drain()
    assert rita.cleaned(waiting, 1) == ["NØRDSTJERNE", "PLAIN"]


def test_an_edit_that_one_answer_contradicts_is_none(rita: Desk) -> None:
    lost_letters(rita, {"B?RKUR": "BØRKUR", "S?LVI": "SØLVI", "FR?YA": "FRØYA", "P?CHE": "PÊCHE"})
    assert propose(rita) == []


def test_an_edit_of_two_sources_is_for_all_and_else_for_the_one_that_has_it(rita: Desk) -> None:
    lost_letters(rita, {"B?RKUR": "BØRKUR", "S?LVI": "SØLVI", "FR?YA": "FRØYA"}, "AFC")
    lost_letters(rita, {"J?RN": "JØRN"}, "BFC")
    assert [r["source_name"] for r in propose(rita)] == [None]
    lost_letters(rita, {"P?CHE": "PÊCHE"}, "BFC")
    assert [r["source_name"] for r in propose(rita)] == ["AFC"]


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        ({"F/V ALBA": "ALBA", "F/V BORA": "BORA", "F/V VEGA": "VEGA"}, r"^F\/V "),
        ({"ALBA (EX)": "ALBA", "BORA (EX)": "BORA", "VEGA (EX)": "VEGA"}, r" \(EX\)$"),
        ({"MV MARIA": "MARIA", "MV MIRA": "MIRA", "MV VEGA": "VEGA"}, "^MV "),
    ],
)
def test_a_prefix_or_suffix_taken_away_is_a_pattern(rita: Desk, texts: dict[str, str], pattern: str) -> None:
    remember(rita, "VESSEL_NAME", texts)
    rows = rita.rows("SELECT form, pattern, replacement, texts FROM review.rule_candidates()")
    assert rows == [{"form": "pattern", "pattern": pattern, "replacement": "", "texts": 3}]


def test_an_edit_that_would_change_its_own_result_again_is_none(rita: Desk) -> None:
    remember(rita, "VESSEL_NAME", {"ABX": "AABX", "CBX": "CABX", "DBX": "DABX", "EAXB": "EAXAB"})
    assert rita.rows("SELECT pattern FROM review.rule_candidates()") == []


def test_a_text_whose_value_is_itself_corrected_is_none(rita: Desk) -> None:
    remember(rita, "VESSEL_NAME", {"ALBA ROSA": "ALBA"}, times=3)
    assert [r["form"] for r in rita.rows("SELECT form FROM review.rule_candidates()")] == ["exact"]
    remember(rita, "VESSEL_NAME", {"ALBA": "ALBA III"})
    assert rita.rows("SELECT form FROM review.rule_candidates()") == []


def test_numbers_with_a_unit_are_left_out(rita: Desk) -> None:
    remember(rita, "LENGTH", {"12 5": "12.5"}, times=9)
    assert rita.rows("SELECT pattern FROM review.rule_candidates()") == []


def test_texts_are_never_expressions(rita: Desk) -> None:
    remember(rita, "FLAG", {r"N.(a)+[b]\d|^$*?{1}-/": "NOR"}, times=3)
    (row,) = rita.rows("SELECT pattern, replacement FROM review.rule_candidates()")
    matches = "SELECT %s ~ %s"
    assert rita.one(matches, r" N.(a)+[b]\d|^$*?{1}-/ ", row["pattern"]) is True
    assert rita.one(matches, "Nx(a)+[b]5", row["pattern"]) is False
    remember(rita, "VESSEL_NAME", {"BACK": "A\\1B"}, times=3)
    row = rita.rows("SELECT * FROM review.rule_candidates() WHERE field = 'VESSEL_NAME'")[0]
    assert rita.one("SELECT regexp_replace('BACK', %s, %s)", row["pattern"], row["replacement"]) == "A\\1B"


def test_proposing_again_changes_nothing(rita: Desk) -> None:
    for source in ("AFC", "BFC", "CFC"):
        flags(rita, source)
    assert rita.rows("SELECT * FROM review.propose_rules()") == [{"proposed": 1, "withdrawn": 0}]
    before = rita.rows("SELECT * FROM review.proposed_rule")
    assert rita.rows("SELECT * FROM review.propose_rules()") == [{"proposed": 0, "withdrawn": 0}]
    assert rita.rows("SELECT * FROM review.proposed_rule") == before


@pytest.mark.parametrize("call", ["review.approve_rule(7, 'rita')", "review.reject_rule(7, 'rita')"])
def test_an_unknown_proposal_or_reviewer_is_refused(rita: Desk, call: str) -> None:
    for text, cause in ((call, "no proposed rule 7"), (call.replace("rita", "nobody"), "no active reviewer")):
        with pytest.raises(psycopg.Error, match=cause) as refused:
            rita.rows(f"SELECT * FROM {text}")
        assert refused.value.sqlstate == "OC404"


def remember(desk: Desk, field: str, texts: dict[str, str], times: int = 1) -> None:
    """Corrections as answers leave them, without a document for each."""
    if desk.one("SELECT count(*) FROM review.decisions") == 0:
        flags(desk, "ZFC", "Lemuria", "FRA")
    desk.db.execute(
        "INSERT INTO review.correction (source_id, field, raw_value, corrected_value, decision_id, times, reviewers)"
        " SELECT s.source_id, %s, t.raw, t.corrected, d.decision_id, %s, '{rita}'"
        " FROM unnest(%s::text[], %s::text[]) AS t (raw, corrected), stage.source AS s, review.decisions AS d",
        [field, times, list(texts), list(texts.values())],
    )
