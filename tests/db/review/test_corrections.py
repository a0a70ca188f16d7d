"""What answers come to: corrections with their evidence, used at the next file, and examples to learn from."""

from __future__ import annotations

import hashlib

import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, undo
from tests.documents import Desk


@pytest.fixture(autouse=True)
def people(desk: Desk) -> None:
    asking.add_reviewers(desk)


def correction(desk: Desk) -> dict[str, object]:
    (row,) = desk.rows("SELECT * FROM review.correction")
    return row


def test_the_next_file_of_the_source_is_cleaned_by_the_answer(desk: Desk) -> None:
    asking.flags(desk, "Atlantis", "NOR")
    decide(desk, item(desk)["item_id"], "custom", "ISL")
    second = asking.flags(desk, "Atlantis", "Atlantis", " Atlantis ", "FRO", "Atlantis; NOR", prefix="W")
    assert desk.cleaned(second, 2) == ["ISL", "ISL", "ISL", "FRO", "ISL; NOR"]
    assert desk.decisions() == []
    assert {c["review_status"] for c in desk.cells(second, 2) if "Atlantis" in c["raw_value"]} == {"decided"}


def test_an_answer_is_the_sources_and_the_fields_own(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    decide(desk, item(desk)["item_id"], "custom", "ISL")
    asking.flags(desk, "Atlantis", source="XFC")
    desk.column(["Atlantis", "NOR"], "Previous flag")
    assert sorted((i["source_name"], i["field"]) for i in desk.rows(
        "SELECT source_name, field FROM review.queue WHERE decision_on <> 'audit'")) == [
        ("TEST", "PREVIOUS_FLAG"), ("XFC", "FLAG")]  # fmt: skip


def test_that_there_is_no_value_is_remembered_too(desk: Desk) -> None:
    asking.flags(desk, "Atlantis", "NOR")
    decide(desk, item(desk)["item_id"], "custom", "NULL not_applicable")
    second = asking.flags(desk, "Atlantis", "ISL", prefix="W")
    assert desk.cleaned(second, 2) == ["(not_applicable)", "ISL"]


def test_the_evidence_says_how_often_by_whom_when_and_how_often_otherwise(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    decide(desk, item_id, "custom", "ISL")
    assert (correction(desk)["times"], correction(desk)["contradicted"]) == (1, 0)
    last = decide(desk, item_id, "custom", "Iceland", "jonas")
    row = correction(desk)
    assert (row["times"], row["contradicted"], row["reviewers"]) == (2, 0, ["maria", "jonas"])
    assert row["decision_id"] == last["decision_id"] and row["first_at"] < row["last_at"]  # type: ignore[operator]
    decide(desk, item_id, "custom", "NOR", "jonas")
    row = correction(desk)
    assert (row["corrected_value"], row["times"], row["contradicted"]) == ("NOR", 1, 2)


def test_cleaning_everything_again_keeps_the_answers(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR", "Atlantis; FRO")
    decide(desk, item(desk)["item_id"], "custom", "ISL")
    before = asking.picture(desk)
    assert desk.one("SELECT coalesce(sum(values_changed), 0)::int FROM clean.reclean()") == 0
    desk.drain()
    assert asking.picture(desk) == before
    assert desk.cleaned(document_id, 2) == ["ISL", "NOR", "ISL; FRO"]


def test_an_answer_goes_before_what_the_rules_would_make_of_the_text(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    decide(desk, item(desk)["item_id"], "custom", "ISL")
    desk.db.execute("INSERT INTO ref.country_alias (alias, iso3) VALUES ('Atlantis', 'GRC')")
    desk.db.execute("SELECT clean.reclean()")
    desk.drain()
    second = asking.flags(desk, "Atlantis", prefix="W")
    assert desk.cleaned(second, 2) == ["ISL"]


def test_taking_an_answer_back_forgets_its_correction(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    decide(desk, item_id, "custom", "ISL")
    second = asking.flags(desk, "Atlantis", prefix="W")
    undo(desk, item_id)
    assert desk.rows("SELECT * FROM review.correction") == []
    assert desk.cleaned(second, 2) == ["?"] and item(desk)["item_id"] == item_id


def test_an_answer_about_a_reading_is_remembered_for_each_of_its_texts(desk: Desk) -> None:
    asking.wrong_column(desk)
    decide(desk, item(desk)["item_id"], "accept")
    assert {(r["raw_value"], r["null_reason"]) for r in desk.rows("SELECT * FROM review.correction")} == {
        (mmsi, "not_applicable") for mmsi in asking.MMSIS
    }
    second = desk.column(["LAAZ", *asking.MMSIS], "Call sign")
    assert desk.cleaned(second, 2) == ["LAAZ", *["(not_applicable)"] * 3]


def test_every_applied_answer_is_one_example_with_its_row_before_and_after(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR")
    item_id = item(desk)["item_id"]
    decide(desk, item_id, "unsure")
    first = decide(desk, item_id, "custom", "ISL")
    (row,) = desk.rows("SELECT * FROM stage.training_corpus")
    assert row["decision_id"] == first["decision_id"] and row["document_id"] == document_id
    assert (row["source_type"], row["source_name"], row["field"], row["column_name"]) == (
        "RFMO", "TEST", "FLAG", "Flag State")  # fmt: skip
    assert (row["raw_value"], row["machine_value"], row["corrected_value"]) == ("Atlantis", "ATLANTIS", "ISL")
    assert row["context_before"]["Flag State"] == "Atlantis" and row["context_after"]["Flag State"] == "ISL"
    assert row["correction_type"] == "corrected" and 0.5 < row["difficulty"] <= 1
    decide(desk, item_id, "reject")
    assert desk.rows("SELECT correction_type FROM stage.training_corpus ORDER BY example_id")[1:] == [
        {"correction_type": "no_value"}
    ]


def test_the_kind_of_correction_is_told(desk: Desk) -> None:
    asking.dates(desk)
    decide(desk, item(desk)["item_id"], "custom", "DMY")
    document_id = desk.column(["2450", "24.5", "31.2"], "Length (m)")
    asked = item(desk, document_id=document_id)
    decide(desk, asked["item_id"], "custom", "245")
    asking.broad_beam(desk)
    decide(desk, item(desk)["item_id"], "accept")
    kinds = [
        r["correction_type"]
        for r in desk.rows("SELECT correction_type FROM stage.training_corpus ORDER BY 1")
    ]
    assert kinds == ["confirmed", "corrected", "mapping"]


def test_the_split_depends_on_the_documents_bytes_alone(desk: Desk) -> None:
    for n in range(3):
        asking.flags(desk, f"Atlantis {n}", f"Lemuria {n}", source=f"S{n}")
    for asked in desk.rows("SELECT item_id FROM review.queue WHERE decision_on = 'value'"):
        decide(desk, asked["item_id"], "reject")
    rows = desk.rows(
        "SELECT x.split, x.document_id, d.sha256 FROM stage.training_corpus AS x JOIN stage.documents AS d USING (document_id)"
    )
    assert len(rows) == 6
    for row in rows:
        assert len(row["sha256"]) == hashlib.sha256().digest_size
        digit = row["sha256"][0] % 10
        assert row["split"] == {8: "validation", 9: "test"}.get(digit, "train")
