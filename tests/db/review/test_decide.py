"""Answers: checked like any cell, kept for ever, applied to all that share the cause, and taken back without a trace."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.db.review import asking
from tests.db.review.asking import decide, item, picture, status, undo
from tests.documents import Desk


@pytest.fixture(autouse=True)
def people(desk: Desk) -> None:
    asking.add_reviewers(desk, "maria", "jonas", "chief")


def refused(
    desk: Desk, item_id: int, action: str, value: str | None = None, reviewer: str | None = "maria"
) -> str:
    """The words and the SQLSTATE with which an answer is refused; nothing is kept of it."""
    before = picture(desk)
    with pytest.raises(psycopg.errors.DatabaseError) as error:
        desk.rows("SELECT * FROM review.decide(%s, %s, %s, %s)", item_id, action, value, reviewer)
    assert error.value.diag.message_hint
    assert picture(desk) == before and desk.one("SELECT count(*) FROM review.decisions") == 0
    return f"{error.value.sqlstate} {error.value.diag.message_primary}"


# value --------------------------------------------------------------------------------------------------------------


def test_a_custom_value_settles_every_cell_that_shares_the_text(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR", "Atlantis")
    outcome = decide(desk, item(desk)["item_id"], "custom", "Norway", note="seen on the licence")
    assert (outcome["outcome"], outcome["result"], outcome["cells_settled"]) == ("applied", "NOR", 2)
    assert desk.cleaned(document_id, 2) == ["NOR", "NOR", "NOR"]
    assert [c["review_status"] for c in desk.cells(document_id, 2)] == ["decided", "not_needed", "decided"]
    (row,) = desk.rows("SELECT * FROM review.decisions")
    assert (row["reviewer"], row["note"], row["value"], row["result"]) == (
        "maria",
        "seen on the licence",
        "Norway",
        "NOR",
    )
    assert row["seen"]["subject"] == "Atlantis" and row["seen"]["cells"] == 2 and row["applied"]
    assert desk.decisions() == []


def test_accept_takes_the_proposal(desk: Desk) -> None:
    document_id = desk.column(["2450", "24.5", "31.2"], "Length (m)")
    asked = item(desk)
    outcome = decide(desk, asked["item_id"], "accept")
    expected = asked["proposal"] or asked["machine_value"]
    assert outcome["result"] == expected and desk.cleaned(document_id, 2)[0] == expected


def test_accept_of_what_no_value_can_be_is_refused(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    assert refused(desk, item(desk)["item_id"], "accept").startswith("OC001 ATLANTIS cannot be a FLAG")


def test_a_wrong_check_digit_is_not_accepted_either(desk: Desk) -> None:
    desk.column(["9074728", "9074729", "8814275"], "IMO Number")
    asked = item(desk)
    if asked["proposal"] is None:
        assert "check digit" in refused(desk, asked["item_id"], "accept")


def test_accept_needs_something_to_accept(desk: Desk) -> None:
    asking.dates(desk)
    assert "nothing to accept" in refused(desk, item(desk)["item_id"], "accept")


def test_reject_says_that_nobody_knows_the_value(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR")
    assert decide(desk, item(desk)["item_id"], "reject")["result"] == "NULL unknown"
    assert desk.cleaned(document_id, 2) == ["(unknown)", "NOR"]


def test_custom_may_say_why_there_is_no_value(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "NOR")
    assert "no reason" in refused(desk, item(desk)["item_id"], "custom", "NULL whatever")
    assert (
        decide(desk, item(desk)["item_id"], "custom", "NULL not_applicable")["result"]
        == "NULL not_applicable"
    )
    assert desk.cleaned(document_id, 2)[0] == "(not_applicable)"


def test_unsure_keeps_the_item_open_for_others_further_down(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    before = item(desk)
    outcome = decide(desk, before["item_id"], "unsure", note="ask the flag state")
    assert (outcome["outcome"], outcome["cells_settled"]) == ("unsure", 0)
    assert item(desk)["status"] == "open" and item(desk)["priority"] < before["priority"]
    assert desk.rows("SELECT action, applied FROM review.decisions") == [
        {"action": "unsure", "applied": False}
    ]


@pytest.mark.parametrize(
    ("header", "values", "answer", "reason"),
    [
        ("IMO Number", ["9074728", "9074729", "8814275"], "9074727", "check digit"),
        ("Flag State", ["Atlantis", "NOR", "ISL"], "Lemuria", "No flag of the vocabulary"),
        ("MMSI", ["912345678", "257000010", "257000020"], "12345", "ship station"),
        ("Length (m)", ["2450", "24.5", "31.2"], "2450000", "[Oo]utside"),
        ("Authorisation start date", ["2019-02-30", "2019-03-05", "2019-02-13"], "2019-02-31", "calendar"),
        ("Year built", ["1066", "1999", "2001"], "3000", "year"),
    ],
)
def test_a_wrong_custom_value_is_refused_with_the_validators_words(
    desk: Desk, header: str, values: list[str], answer: str, reason: str
) -> None:
    desk.column(values, header)
    words = refused(desk, item(desk, subject=values[0])["item_id"], "custom", answer)
    assert words.startswith(f"OC001 {answer} cannot be a ")
    assert any(part in words for part in (reason, reason.replace("[Oo]", "O"))), words


def test_a_placeholder_is_no_custom_value(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    assert "it says that there is no value" in refused(desk, item(desk)["item_id"], "custom", "n/a")


def test_an_answer_must_be_one(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    assert refused(desk, item_id, "maybe").startswith("OC001 maybe is no answer")
    assert "custom needs a value" in refused(desk, item_id, "custom")
    assert "custom needs a value" in refused(desk, item_id, "custom", "  ")
    assert "only custom takes one" in refused(desk, item_id, "reject", "NOR")
    assert refused(desk, 999, "reject").startswith("OC404 there is no item 999")


def test_only_active_reviewers_answer(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    assert refused(desk, item_id, "reject", None, "stranger").startswith(
        "OC404 stranger is no active reviewer"
    )
    assert refused(desk, item_id, "reject", None, None).startswith("OC404 nobody")
    desk.db.execute("UPDATE review.reviewer SET active = false WHERE reviewer = 'jonas'")
    assert refused(desk, item_id, "reject", None, "jonas").startswith("OC404 jonas is no active reviewer")
    asking.add_reviewers(desk, "jonas")
    assert decide(desk, item_id, "reject", None, "jonas")["outcome"] == "applied"


def test_a_reviewers_token_is_shown_once_and_kept_as_its_hash(desk: Desk) -> None:
    token = desk.one("SELECT review.add_reviewer('ada', 'Ada')")
    find = "SELECT count(*) FROM review.reviewer WHERE token_sha256 = sha256(convert_to(%s, 'UTF8')) AND token_expires_at > now()"
    assert len(token) == 64 and desk.one(find, token) == 1
    again = desk.one("SELECT review.add_reviewer('ada', 'Ada')")
    assert again != token and desk.one(find, token) == 0 and desk.one(find, again) == 1
    with pytest.raises(psycopg.errors.DatabaseError, match="no short name"):
        desk.one("SELECT review.add_reviewer('Ada Lovelace', 'Ada')")


# reading ------------------------------------------------------------------------------------------------------------


def test_one_answer_gives_a_column_its_order_of_day_and_month(desk: Desk) -> None:
    document_id = asking.dates(desk)
    asked = item(desk, decision_on="reading")
    assert asked["cells"] == 3
    assert refused(desk, asked["item_id"], "custom", "YDM").startswith(
        "OC001 YDM is no order of day and month"
    )
    assert decide(desk, asked["item_id"], "custom", "mdy")["cells_settled"] == 3
    assert desk.cleaned(document_id, 2) == ["2019-05-03", "2019-01-02", "2020-03-04"]


def test_rejecting_an_open_date_order_leaves_dates_that_need_none(desk: Desk) -> None:
    document_id = asking.dates(desk, "05/03/2019", "2019-05-05", "01/02/2019")
    asked = item(desk, decision_on="reading")
    assert asked["cells"] == 2 and decide(desk, asked["item_id"], "reject")["cells_settled"] == 2
    assert desk.cleaned(document_id, 2) == ["(unknown)", "2019-05-05", "(unknown)"]


def test_one_answer_gives_a_column_its_decimal_sign(desk: Desk) -> None:
    document_id = desk.column(["1.234", "2.345", "900"], "Gross tonnage")
    asked = item(desk, decision_on="reading")
    assert refused(desk, asked["item_id"], "custom", "x").startswith("OC001 x is no decimal sign")
    assert decide(desk, asked["item_id"], "custom", ",")["outcome"] == "applied"
    assert desk.cleaned(document_id, 2) == ["1234", "2345", "900"]
    assert decide(desk, asked["item_id"], "custom", ".")["outcome"] == "superseded"
    assert desk.cleaned(document_id, 2) == ["1.234", "2.345", "900"]


def test_a_unit_of_another_dimension_is_refused_and_a_right_one_converts(desk: Desk) -> None:
    document_id = asking.holds(desk)
    asked = item(desk, decision_on="reading")
    assert refused(desk, asked["item_id"], "custom", "kg").startswith("OC001 kg is no unit of this field")
    assert decide(desk, asked["item_id"], "custom", "cubic metres")["result"] == "m3"
    assert desk.cleaned(document_id, 2) == ["120", "250", "80"]


def test_numbers_that_measure_something_else_are_no_values(desk: Desk) -> None:
    document_id = asking.holds(desk)
    decide(desk, item(desk, decision_on="reading")["item_id"], "reject")
    assert desk.cleaned(document_id, 2) == ["(unknown)", "(unknown)", "80"]


def test_identifiers_in_the_wrong_column_are_moved_out_by_one_answer(desk: Desk) -> None:
    document_id = asking.wrong_column(desk)
    asked = item(desk, decision_on="reading")
    assert asked["proposal_field"] == "MMSI"
    assert "no common value" in refused(desk, asked["item_id"], "custom", "412123456")
    assert decide(desk, asked["item_id"], "accept")["cells_settled"] == 3
    assert desk.cleaned(document_id, 2)[-3:] == ["(not_applicable)"] * 3
    assert decide(desk, asked["item_id"], "reject")["cells_settled"] == 3
    assert desk.cleaned(document_id, 2)[-3:] == ["(unknown)"] * 3


# column -------------------------------------------------------------------------------------------------------------


def test_a_column_gets_its_field_and_its_values_are_cleaned_under_it(desk: Desk) -> None:
    document_id = asking.unknown_header(desk)
    asked = item(desk, decision_on="column")
    assert refused(desk, asked["item_id"], "custom", "FLAGG").startswith("OC001 there is no field FLAGG")
    assert decide(desk, asked["item_id"], "custom", "ircs")["result"] == "IRCS"
    (_, column) = desk.columns(document_id)
    assert (column["field"], column["mapping_method"], column["needs_review"]) == ("IRCS", "decision", False)
    # three letters that are flags are no call signs: the answer raises new questions, at once
    assert {i["subject"] for i in desk.rows("SELECT subject FROM review.queue WHERE field = 'IRCS'")} == {
        "NOR",
        "ISL",
        "FRO",
    }


def test_rejecting_a_column_keeps_plain_text(desk: Desk) -> None:
    document_id = asking.unknown_header(desk)
    decide(desk, item(desk)["item_id"], "reject")
    assert desk.columns(document_id)[1]["field"] is None
    assert desk.cleaned(document_id, 2) == ["NOR", "ISL", "FRO"]


# cell ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "value", "becomes"),
    [("accept", None, "31"), ("custom", "3.10 m", "3.1"), ("reject", None, "(unknown)")],
)
def test_a_cell_alone_is_settled_and_new_checks_leave_it(
    desk: Desk, action: str, value: str | None, becomes: str
) -> None:
    document_id = asking.broad_beam(desk)
    assert decide(desk, item(desk, decision_on="cell")["item_id"], action, value)["cells_settled"] == 1
    desk.db.execute("SELECT clean.check_rows(%s)", [document_id])
    assert desk.cleaned(document_id, "Beam (m)") == [becomes, "9"]
    assert desk.cells(document_id, "Beam (m)")[0]["review_status"] == "decided"


# later answers, undo ------------------------------------------------------------------------------------------------


def test_a_later_answer_supersedes_and_both_are_kept(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    first = decide(desk, item_id, "custom", "NOR")
    second = decide(desk, item_id, "custom", "ISL", "jonas")
    assert second["outcome"] == "superseded" and desk.cleaned(document_id, 2) == ["ISL"]
    rows = desk.rows("SELECT decision_id, supersedes, result, applied FROM review.decisions ORDER BY 1")
    assert [row["result"] for row in rows] == ["NOR", "ISL"] and all(row["applied"] for row in rows)
    assert rows[1]["supersedes"] == first["decision_id"]
    assert len(desk.rows("SELECT * FROM review.standing(%s)", item_id)) == 2


Making = tuple[Callable[[Desk], int], list[tuple[str, str | None]]]
KINDS: dict[str, Making] = {
    "value": (lambda desk: asking.flags(desk, "Atlantis", "NOR", "Atlantis; ISL"), [("custom", "NOR"), ("reject", None)]),
    "date order": (lambda desk: asking.dates(desk, "05/03/2019", "2019-05-05"), [("custom", "DMY"), ("reject", None), ("custom", "MDY")]),
    "unit": (asking.holds, [("reject", None), ("custom", "m3")]),
    "wrong column": (asking.wrong_column, [("accept", None), ("reject", None)]),
    "column": (asking.unknown_header, [("custom", "IRCS"), ("reject", None), ("accept", None)]),
    "cell": (asking.broad_beam, [("custom", "3.1"), ("accept", None), ("reject", None)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_undo_restores_exactly_what_was_there_answer_by_answer(desk: Desk, kind: str) -> None:
    make, answers = KINDS[kind]
    make(desk)
    item_id = item(desk)["item_id"]
    pictures = [picture(desk)]
    for action, value in answers:
        assert decide(desk, item_id, action, value)["outcome"] in ("applied", "superseded")
        pictures.append(picture(desk))
    assert all(
        one["cells"] != pictures[0]["cells"] or one["columns"] != pictures[0]["columns"]
        for one in pictures[1:]
    )
    for before in reversed(pictures[:-1]):
        undo(desk, item_id, "jonas")
        assert {k: v for k, v in picture(desk).items() if k != "queue"} == {
            k: v for k, v in before.items() if k != "queue"
        }
    assert status(desk, item_id) == "open"
    with pytest.raises(psycopg.errors.DatabaseError, match="no answer to take back") as error:
        undo(desk, item_id)
    assert error.value.sqlstate == "OC002"
    assert desk.one("SELECT count(*) FROM review.decisions") == 2 * len(answers)


def test_after_undo_an_item_is_answered_as_if_for_the_first_time(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    decide(desk, item_id, "custom", "NOR")
    undo(desk, item_id)
    assert decide(desk, item_id, "custom", "ISL")["outcome"] == "applied"
    assert desk.cleaned(document_id, 2) == ["ISL"]
    undo(desk, item_id)
    assert desk.cleaned(document_id, 2) == ["?"]


def test_undo_of_a_column_gives_a_shipped_spelling_of_the_source_back(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO ref.header_alias (alias, source_type, source_name, field, shipped)"
        " VALUES ('qqzzx', 'RFMO', 'TEST', 'IMO', true)"
    )
    desk.clean(["Vessel Name", "qqzzx"], [[f"V {n}", sign] for n, sign in enumerate(asking.SIGNS)])
    asked = item(desk, decision_on="column")
    before = picture(desk)
    decide(desk, asked["item_id"], "custom", "IRCS")
    assert picture(desk)["spellings"] != before["spellings"]
    undo(desk, asked["item_id"])
    assert picture(desk) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review.decisions SET note = 'x'",
        "DELETE FROM review.decisions",
        "TRUNCATE review.decisions CASCADE",
    ],
)
def test_decisions_are_append_only(desk: Desk, statement: str) -> None:
    asking.flags(desk, "Atlantis")
    decide(desk, item(desk)["item_id"], "reject")
    with pytest.raises(psycopg.errors.DatabaseError, match="append-only") as error:
        desk.db.execute(statement)
    assert error.value.sqlstate == "OC002" and desk.one("SELECT count(*) FROM review.decisions") == 1


# second reviewer ----------------------------------------------------------------------------------------------------


def two_must_agree(desk: Desk) -> int:
    desk.db.execute("INSERT INTO review.field_policy (field, second_review) VALUES ('FLAG', true)")
    asking.flags(desk, "Atlantis")
    return int(item(desk)["item_id"])


def test_two_reviewers_who_agree_settle_the_item(desk: Desk) -> None:
    item_id = two_must_agree(desk)
    assert decide(desk, item_id, "custom", "NOR")["outcome"] == "second"
    assert status(desk, item_id) == "second" and len(desk.decisions()) == 1
    assert decide(desk, item_id, "custom", "Norway")["outcome"] == "second", (
        "the same person is no second one"
    )
    outcome = decide(desk, item_id, "custom", "Norway", "jonas")
    assert (outcome["outcome"], outcome["result"]) == ("applied", "NOR")
    assert desk.decisions() == [] and status(desk, item_id) == "decided"


def test_two_who_disagree_are_decided_by_a_third(desk: Desk) -> None:
    item_id = two_must_agree(desk)
    decide(desk, item_id, "custom", "NOR")
    assert decide(desk, item_id, "custom", "ISL", "jonas")["outcome"] == "disagreed"
    assert status(desk, item_id) == "adjudication" and len(desk.decisions()) == 1
    assert decide(desk, item_id, "custom", "NOR")["outcome"] == "disagreed", "neither of the two may decide"
    assert decide(desk, item_id, "custom", "ISL", "chief")["outcome"] == "applied"
    assert desk.one("SELECT cleaned_value FROM stage.csv_extractions WHERE field = 'FLAG'") == "ISL"


def test_one_of_the_two_decides_where_he_is_the_adjudicator(desk: Desk) -> None:
    desk.one("SELECT review.add_reviewer('jonas', 'Jonas', true)")
    item_id = two_must_agree(desk)
    decide(desk, item_id, "custom", "NOR")
    decide(desk, item_id, "custom", "ISL", "jonas")
    assert decide(desk, item_id, "custom", "ISL", "jonas")["outcome"] == "applied"


def test_undo_of_a_second_review_starts_it_again(desk: Desk) -> None:
    item_id = two_must_agree(desk)
    decide(desk, item_id, "custom", "NOR")
    decide(desk, item_id, "custom", "NOR", "jonas")
    undo(desk, item_id)
    assert status(desk, item_id) == "open"
    assert decide(desk, item_id, "custom", "NOR")["outcome"] == "second"


# rights -------------------------------------------------------------------------------------------------------------


def test_the_reviewers_role_answers_and_writes_nothing_else(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    desk.db.execute("SET ROLE oceanid_reviewer")
    assert desk.one("SELECT count(*) FROM review.queue WHERE decision_on <> 'audit'") == 1
    assert desk.rows("SELECT outcome FROM review.decide(%s, 'custom', 'NOR', 'maria')", item_id) == [
        {"outcome": "applied"}
    ]
    desk.rows("SELECT * FROM review.undo(%s, 'maria')", item_id)
    for statement in (
        "UPDATE review.items SET status = 'withdrawn', closed_at = now()",
        "INSERT INTO review.reviewer (reviewer, display_name) VALUES ('eve', 'Eve')",
        "SELECT review.add_reviewer('eve', 'Eve')",
        "DELETE FROM review.correction",
        "UPDATE stage.distinct_values SET needs_review = false",
        "UPDATE review.policy SET value = 0",
        "SELECT clean.reclean()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.db.execute(statement)
    desk.db.execute("RESET ROLE")
    assert desk.cleaned(document_id, 2) == ["?"]


def test_the_workers_role_answers_for_others(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item_id = item(desk)["item_id"]
    desk.db.execute("SET ROLE oceanid_worker")
    assert desk.rows("SELECT outcome FROM review.decide(%s, 'custom', 'NOR', 'maria')", item_id) == [
        {"outcome": "applied"}
    ]
    desk.db.execute("RESET ROLE")
