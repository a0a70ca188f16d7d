"""Random audits of accepted cells: drawn the same every time, blind to confidence, never asked twice for nothing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.documents import Desk

HEADER = ["Vessel Name", "Flag State"]


def audits(desk: Desk) -> list[dict[str, Any]]:
    return desk.rows("SELECT * FROM review.items WHERE decision_on = 'audit' ORDER BY subject, item_id")


@pytest.fixture
def audited(desk: Desk) -> Desk:
    """A desk where every accepted flag is drawn, and nothing else."""
    desk.one("SELECT review.add_reviewer('rita', 'Rita')")
    desk.db.execute("UPDATE review.policy SET value = 0 WHERE name = 'audit_rate'")
    desk.db.execute("INSERT INTO review.field_policy (field, audit_rate) VALUES ('FLAG', 1)")
    return desk


def decide(desk: Desk, item_id: int, action: str, value: str | None = None) -> dict[str, Any]:
    return desk.rows("SELECT * FROM review.decide(%s, %s, %s, 'rita')", item_id, action, value)[0]


def test_accepted_values_are_asked_about_without_score_or_confidence(audited: Desk) -> None:
    document_id = audited.clean(
        HEADER, [["A", "Norway"], ["B", "Norway"], ["C", "Atlantis"], ["D", "XXX"], ["E", ""]]
    )
    norway, unknown = audits(audited)
    assert (norway["subject"], norway["machine_value"], norway["cells"], norway["document_id"]) == (
        "Norway",
        "NOR",
        2,
        document_id,
    )
    assert norway["context"] == {"Vessel Name": "A", "Flag State": "Norway"}
    assert (unknown["subject"], unknown["machine_value"]) == ("XXX", "NULL unknown")
    shown = audited.rows("SELECT * FROM review.queue WHERE item_id = %s", norway["item_id"])[0]
    assert not {"score", "confidence", "threshold"} & {*shown, *norway}
    # its place in the queue tells nothing either: two draws, as if nothing were known of it
    assert norway["priority"] == 2


def test_the_same_call_twice_draws_the_same(audited: Desk) -> None:
    audited.db.execute("UPDATE review.field_policy SET audit_rate = 0.2")
    document_id = audited.clean(
        HEADER, [[f"V {n}", c] for n, c in enumerate(["NOR", "SWE", "ISL", "FRO"] * 10)]
    )
    drawn = audited.rows("SELECT value_id, draws FROM review.audit_draw ORDER BY value_id")
    assert audited.rows("SELECT * FROM review.draw_audit(%s)", document_id) == [{"drawn": 0, "opened": 0}]
    for item in audits(audited):
        decide(audited, item["item_id"], "accept")
    assert audited.rows("SELECT * FROM review.draw_audit(%s)", document_id) == [{"drawn": 0, "opened": 0}]
    assert audited.rows("SELECT value_id, draws FROM review.audit_draw ORDER BY value_id") == drawn


def test_cells_are_drawn_at_the_rate_of_the_policy(audited: Desk) -> None:
    audited.db.execute("UPDATE review.policy SET value = 0.05 WHERE name = 'audit_rate'")
    audited.clean(HEADER, [[f"VESSEL {n}", "NOR"] for n in range(2000)])
    by_field = {
        row["field"]: row["draws"]
        for row in audited.rows(
            "SELECT i.field, sum(g.draws)::integer AS draws FROM review.audit_draw AS g JOIN review.items AS i USING (item_id)"
            " GROUP BY i.field"
        )
    }
    assert by_field["FLAG"] == 2000  # its own rate: every cell, though it is one value and one question
    assert 60 < by_field["VESSEL_NAME"] < 140  # 2,000 values, each drawn with one chance in twenty
    assert len([a for a in audits(audited) if a["field"] == "FLAG"]) == 1


def test_a_document_keeps_the_rate_with_which_it_was_drawn(audited: Desk) -> None:
    audited.db.execute("UPDATE review.field_policy SET audit_rate = 0.5")
    document_id = audited.clean(
        HEADER, [["A", "NOR"], ["B", "NOR"], ["C", "SWE"], ["D", "ISL"], ["E", "FRO"]]
    )
    assert audited.one("SELECT count(*) FROM review.audit_draw") < 4
    audited.db.execute("UPDATE review.field_policy SET audit_rate = 1")
    assert audited.rows("SELECT * FROM review.draw_audit(%s)", document_id) == [{"drawn": 0, "opened": 0}]


def test_right_changes_nothing(audited: Desk) -> None:
    document_id = audited.clean(HEADER, [["A", "Norway"], ["B", "Norway"]])
    before = audited.rows("SELECT * FROM stage.distinct_values ORDER BY value_id")
    answer = decide(audited, audits(audited)[0]["item_id"], "accept")
    assert (answer["outcome"], answer["result"], answer["cells_settled"]) == ("applied", "NOR", 2)
    assert audited.rows("SELECT * FROM stage.distinct_values ORDER BY value_id") == before
    assert audited.rows("SELECT * FROM review.correction") == []
    assert audited.cleaned(document_id, 2) == ["NOR", "NOR"]


def test_that_there_is_no_value_can_be_right_too(audited: Desk) -> None:
    audited.clean(HEADER, [["A", "XXX"], ["B", "NOR"]])
    item = next(a for a in audits(audited) if a["subject"] == "XXX")
    assert decide(audited, item["item_id"], "accept")["result"] == "NULL unknown"
    assert audited.one("SELECT was_right FROM review.judged")


@pytest.mark.parametrize(
    ("answer", "becomes"), [(("custom", "Sweden"), "SWE"), (("reject", None), "(unknown)")]
)
def test_wrong_becomes_a_correction_and_undo_takes_it_back(
    audited: Desk, answer: tuple[str, str | None], becomes: str
) -> None:
    document_id = audited.clean(HEADER, [["A", "Norway"], ["B", "Norway"]])
    item_id = audits(audited)[0]["item_id"]
    decide(audited, item_id, *answer)
    assert audited.cleaned(document_id, 2) == [becomes, becomes]
    assert audited.one("SELECT NOT was_right AND audited FROM review.judged")
    later = audited.clean(HEADER, [["C", "Norway"], ["D", "ISL"]])
    assert audited.cleaned(later, 2) == [becomes, "ISL"]
    audited.rows("SELECT * FROM review.undo(%s, 'rita')", item_id)
    assert audited.cleaned(document_id, 2) == ["NOR", "NOR"]
    assert audited.rows("SELECT * FROM review.judged") == []


def test_right_after_wrong_takes_the_correction_back(audited: Desk) -> None:
    document_id = audited.clean(HEADER, [["A", "Norway"], ["B", "Norway"]])
    item_id = audits(audited)[0]["item_id"]
    decide(audited, item_id, "reject")
    assert decide(audited, item_id, "accept")["outcome"] == "superseded"
    assert audited.cleaned(document_id, 2) == ["NOR", "NOR"]
    assert audited.rows("SELECT was_right FROM review.judged") == [{"was_right": True}]


def test_a_value_audited_before_counts_for_the_next_document_without_being_asked_again(audited: Desk) -> None:
    audited.clean(HEADER, [["A", "Norway"], ["B", "Norway"]])
    decide(audited, audits(audited)[0]["item_id"], "accept")
    audited.clean(HEADER, [["C", "Norway"], ["D", "Norway"], ["E", "Norway"]])
    assert len(audits(audited)) == 1
    (row,) = audited.rows("SELECT * FROM review.gate_precision")
    assert (row["audited"], row["audited_right"], row["waiting"]) == (5, 5, 0)


def test_an_audit_whose_value_has_changed_is_withdrawn_and_asked_anew(audited: Desk) -> None:
    document_id = audited.clean(HEADER, [["A", "Norway"], ["B", "Norway"]])
    audited.db.execute(
        "INSERT INTO ref.country_alias (alias, source_name, iso3) VALUES ('Norway', 'TEST', 'SWE')"
    )
    audited.db.execute("SELECT clean.reclean()")
    assert audited.cleaned(document_id, 2) == ["SWE", "SWE"]
    audited.rows("SELECT * FROM review.draw_audit(%s)", document_id)
    assert [(a["machine_value"], a["status"]) for a in audits(audited)] == [
        ("NOR", "withdrawn"),
        ("SWE", "open"),
    ]
    (row,) = audited.rows("SELECT * FROM review.gate_precision")
    assert (row["audited"], row["waiting"]) == (0, 2)


def test_what_people_answered_is_not_audited(audited: Desk) -> None:
    audited.clean(HEADER, [["A", "Atlantis"], ["B", "Atlantis"]])
    item_id = audited.one("SELECT item_id FROM review.items WHERE subject = 'Atlantis'")
    decide(audited, item_id, "custom", "NOR")
    audited.clean(HEADER, [["C", "Atlantis"], ["D", "Atlantis"]])
    assert audits(audited) == []


def test_an_unknown_document_is_refused(db: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error, match="no document") as refused:
        db.execute("SELECT * FROM review.draw_audit(1)")
    assert refused.value.sqlstate == "OC404"
