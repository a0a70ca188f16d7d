"""What the database makes of Argilla: plans, records, answers. No server is needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from tests.documents import Desk
from tests.workers.argilla.exchange import pending, push, response, sync, take
from tests.workers.argilla.items import ask, right, wrong
from workers import runtime

PAGE = Path(__file__).parents[3] / "docs/how-to/review-in-argilla.md"


@pytest.fixture
def asked(desk: Desk) -> dict[int, int]:
    for name in ("maria", "joao"):
        desk.one("SELECT review.add_reviewer(%s, %s)", name, name)
        desk.db.execute(
            "UPDATE review.reviewer SET argilla_user = initcap(reviewer) WHERE reviewer = %s", (name,)
        )
    return ask(desk, 3)


def status(desk: Desk, item_id: int) -> str:
    return str(desk.one("SELECT status FROM review.items WHERE item_id = %s", item_id))


def test_without_settings_the_jobs_wait_and_say_why(desk: Desk, asked: dict[int, int]) -> None:
    assert sync(desk) == (1, 0)
    report = runtime.run(
        desk.url, ["argilla_push", "argilla_pull"], drain=True, settings=desk.settings, patience=0
    )
    assert (report.parked, report.failed, report.dead) == (1, 0, 0)
    assert "OCEANID_ARGILLA_URL" in desk.one("SELECT last_error FROM ops.job WHERE queue = 'argilla_push'")


def test_what_waits_is_planned_once(desk: Desk, asked: dict[int, int]) -> None:
    assert sync(desk) == (1, 0)
    before = desk.rows("SELECT msg_id FROM ops.job WHERE queue = 'argilla_push'")
    assert sync(desk) == (1, 0), "it is still to be done"
    assert desk.rows("SELECT msg_id FROM ops.job WHERE queue = 'argilla_push'") == before, "and is sent once"
    assert set(push(desk)) == {str(i) for i in asked}
    assert pending(desk) == {}
    desk.db.execute("UPDATE review.items SET priority = priority + 1 WHERE item_id = %s", (min(asked),))
    assert set(pending(desk)) == {str(min(asked))}, "what changed is sent again, as the same record"


def test_a_sweep_of_a_dataset_runs_once_at_a_time(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    assert sync(desk) == (0, 1)
    assert sync(desk) == (0, 0)


def test_it_repeats_itself_where_the_policy_says_so(desk: Desk, asked: dict[int, int]) -> None:
    waiting = "SELECT count(*) FROM ops.job WHERE queue = 'argilla_pull' AND payload ? 'sync'"
    sync(desk)
    assert desk.one(waiting) == 0
    desk.db.execute("UPDATE review.policy SET value = 60 WHERE name = 'argilla_every'")
    sync(desk)
    sync(desk)
    assert desk.one(waiting) == 1


def test_a_record_leads_back_to_the_cell_and_shows_its_row(desk: Desk, asked: dict[int, int]) -> None:
    sync(desk)
    item_id, n = next(iter(asked.items()))
    content = pending(desk)[str(item_id)]["content"]
    item = desk.rows("SELECT * FROM review.items WHERE item_id = %s", item_id)[0]
    metadata = content["metadata"]
    assert [metadata[k] for k in ("item_id", "document_id", "row_index", "column_position")] == [
        item[k] for k in ("item_id", "document_id", "row_index", "column_position")
    ]
    assert (metadata["column_name"], metadata["source"], metadata["status"]) == ("IMO", "LIST 0", "open")
    assert f"| **IMO** | **{wrong(n)}** |" in content["fields"]["row"]
    assert wrong(n) in content["fields"]["question"]
    assert content["responses"] == []


def test_the_best_suggestion_goes_along_with_its_score_and_agent(desk: Desk, asked: dict[int, int]) -> None:
    item_id = min(asked)
    desk.db.execute(
        "UPDATE review.items SET suggestions = %s WHERE item_id = %s",
        (Jsonb([{"value": right(0), "score": 0.9, "agent": "correction"}]), item_id),
    )
    sync(desk)
    value, action = pending(desk)[str(item_id)]["content"]["suggestions"]
    assert (value["question"], value["value"]) == ("value", right(0))
    assert (value["score"], value["agent"]) == (0.9, "oceanid/correction")
    assert (action["question"], action["value"]) == ("action", "custom")


def test_an_audit_shows_the_clean_value_and_not_how_sure_the_machine_was(
    desk: Desk, asked: dict[int, int]
) -> None:
    item_id = min(asked)
    desk.db.execute(
        "UPDATE review.items SET decision_on = 'audit', machine_value = 'CLEAN', suggestions = %s WHERE item_id = %s",
        (Jsonb([{"value": "LIKELY", "score": 0.9, "agent": "machine"}]), item_id),
    )
    sync(desk)
    content = pending(desk)[str(item_id)]["content"]
    assert (
        "Read as: **CLEAN**" in content["fields"]["question"]
        and "Is that right?" in content["fields"]["question"]
    )
    assert content["suggestions"] == [] and "LIKELY" not in str(content)
    desk.db.execute("UPDATE review.items SET machine_value = 'NULL unknown' WHERE item_id = %s", (item_id,))
    assert "Read as: no value (unknown)" in pending(desk)[str(item_id)]["content"]["fields"]["question"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<img src=x onerror=alert(1)>", r"&lt;img src=x onerror=alert\(1\)&gt;"),
        ("*bold* `code` [a](b)", r"\*bold\* \`code\` \[a\]\(b\)"),
        ("two\nlines", "two ⏎ lines"),
        (None, None),
    ],
)
def test_raw_text_is_no_markup(desk: Desk, raw: str | None, shown: str | None) -> None:
    assert desk.one("SELECT review.argilla_text(%s)", raw) == shown
    assert "no row" in desk.one("SELECT lower(review.argilla_table('{}', 'x'))")


def test_every_kind_has_a_dataset_that_explains_itself(desk: Desk) -> None:
    names = desk.rows(
        "SELECT DISTINCT review.argilla_dataset_of(d, f.field) AS name FROM ref.field AS f"
        " CROSS JOIN unnest(ARRAY['value', 'column']) AS d UNION SELECT review.argilla_dataset_of('value', NULL)"
    )
    assert {"oceanid-column", "oceanid-imo", "oceanid-text"} <= {row["name"] for row in names}
    for row in names:
        made = desk.one("SELECT review.argilla_definition(%s)", row["name"])
        assert 100 < len(made["guidelines"]) < 10_000, "Argilla takes no longer ones"
        assert [q["name"] for q in made["questions"]] == ["action", "value", "note"]


def test_an_answer_is_one_decision_however_often_it_comes(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id, n = next(iter(asked.items()))
    answer = response(str(item_id), value=right(n))
    assert take(desk, answer) == {"applied": 1}
    assert take(desk, answer) == {}
    (kept,) = desk.rows("SELECT * FROM review.argilla_response")
    (decision,) = desk.rows("SELECT * FROM review.decisions")
    assert (kept["decision_id"], str(kept["response_id"])) == (
        decision["decision_id"],
        answer["response_id"],
    )
    assert (decision["reviewer"], decision["result"], decision["note"]) == ("maria", right(n), "seen")
    assert status(desk, item_id) == "decided"


def test_an_edited_answer_supersedes(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id, n = next(iter(asked.items()))
    first = response(str(item_id), value=right(n))
    take(desk, first)
    edited = response(str(item_id), "reject", response_id=first["response_id"], after=1)
    assert take(desk, edited) == {"superseded": 1}
    assert desk.one("SELECT count(*) FROM review.decisions") == 2


def test_a_draft_is_no_answer_and_a_discarded_one_is_unsure(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    one, two, _ = asked
    draft = response(str(one), "accept", status="draft")
    discarded = {**response(str(two), status="discarded"), "values": {}}
    assert take(desk, draft, discarded) == {"unsure": 1}
    assert status(desk, two) == "open"


def test_a_refused_answer_is_kept_and_asked_again_with_the_reason(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id, n = next(iter(asked.items()))
    assert take(desk, response(str(item_id), value=wrong(n + 7))) == {"refused": 1}
    (kept,) = desk.rows("SELECT * FROM review.argilla_response")
    assert kept["message"] and kept["decision_id"] is None
    again = push(desk)
    assert set(again) == {f"{item_id}.2"}
    assert "An earlier answer was refused" in again[f"{item_id}.2"]["content"]["fields"]["reason"]
    assert take(desk, response(f"{item_id}.2", value=right(n))) == {"applied": 1}
    assert push(desk) == {}


def test_custom_without_a_value_is_refused(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    assert take(desk, response(str(min(asked)))) == {"refused": 1}


def test_an_unknown_user_s_answer_waits_for_the_reviewer(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id, n = next(iter(asked.items()))
    answer = response(str(item_id), value=right(n), user="Kei")
    assert take(desk, answer) == {"no_reviewer": 1}
    assert take(desk, answer) == {}
    assert push(desk) == {}, "it is answered: nobody is asked again"
    desk.one("SELECT review.add_reviewer('kei', 'Kei')")
    desk.db.execute("UPDATE review.reviewer SET argilla_user = 'Kei' WHERE reviewer = 'kei'")
    assert take(desk, answer) == {"applied": 1}
    assert take(desk, answer) == {}


def test_a_record_of_somebody_else_is_kept_as_such(desk: Desk, asked: dict[int, int]) -> None:
    assert take(desk, response("by hand", "accept")) == {"no_item": 1}


def test_what_is_settled_elsewhere_is_withdrawn_once(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id, n = next(iter(asked.items()))
    desk.rows("SELECT * FROM review.decide(%s, 'custom', %s, 'joao')", item_id, right(n))
    sent = push(desk)
    assert {k: p["step"] for k, p in sent.items()} == {str(item_id): "withdraw"}
    assert sent[str(item_id)]["content"]["responses"][0]["status"] == "submitted"
    assert push(desk) == {}
    late = response(str(item_id), "reject", after=5)
    assert take(desk, late) == {"superseded": 1}, "the later answer holds"


def test_an_answer_older_than_the_decision_does_not_undo_it(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id, n = next(iter(asked.items()))
    old = response(str(item_id), "reject")
    desk.rows("SELECT * FROM review.decide(%s, 'custom', %s, 'joao')", item_id, right(n))
    assert take(desk, old) == {"overtaken": 1}
    assert desk.one("SELECT count(*) FROM review.decisions") == 1


def test_an_answer_after_withdrawal_is_late_and_kept(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id = min(asked)
    desk.db.execute(
        "UPDATE review.items SET status = 'withdrawn', closed_at = now() WHERE item_id = %s", (item_id,)
    )
    assert {p["step"] for p in push(desk).values()} == {"withdraw"}
    assert take(desk, response(str(item_id), "reject")) == {"late": 1}
    assert desk.one("SELECT count(*) FROM review.decisions WHERE NOT applied") == 1


def test_an_undone_answer_is_asked_again(desk: Desk, asked: dict[int, int]) -> None:
    push(desk)
    item_id, n = next(iter(asked.items()))
    take(desk, response(str(item_id), value=right(n)))
    desk.rows("SELECT * FROM review.undo(%s, 'joao')", item_id)
    assert set(push(desk)) == {f"{item_id}.2"}
    assert take(desk, response(f"{item_id}.2", "reject", after=1)) == {"applied": 1}


def test_a_second_reviewer_is_asked_anew_and_a_third_sees_both_answers(
    desk: Desk, asked: dict[int, int]
) -> None:
    desk.db.execute("INSERT INTO review.field_policy (field, second_review) VALUES ('IMO', true)")
    push(desk)
    item_id, n = next(iter(asked.items()))
    assert take(desk, response(str(item_id), value=right(n))) == {"second": 1}
    second = push(desk)
    assert set(second) == {f"{item_id}.2"}
    assert right(n) not in str(second[f"{item_id}.2"]["content"]), "the second does not see the first"
    assert take(desk, response(f"{item_id}.2", value=right(n + 1), user="Joao")) == {"disagreed": 1}
    third = push(desk)[f"{item_id}.3"]["content"]["fields"]["reason"]
    assert right(n) in third and right(n + 1) in third


def test_the_page_s_statements_do_what_it_says(desk: Desk, asked: dict[int, int]) -> None:
    blocks = re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    waiting, reviewer, once, often, answers, forget = blocks
    desk.db.execute(reviewer)
    assert desk.one("SELECT reviewer FROM review.reviewer WHERE argilla_user = 'maria.soto'") == "maria"
    assert [(r["pushes"], r["pulls"]) for r in desk.rows(once)] == [(1, 0)]
    assert {r["queue"] for r in desk.db.execute(waiting)} == {"argilla_push"}
    push(desk)
    take(desk, response(str(min(asked)), "unsure", user="maria.soto"))
    assert len(desk.rows(answers)) == 1
    desk.db.execute(often)
    assert desk.one("SELECT value FROM review.policy WHERE name = 'argilla_every'") == 300
    push(desk)
    assert pending(desk) == {}
    desk.db.execute(forget)
    assert len(pending(desk)) == len(asked)


def test_a_page_of_answers_comes_to_what_the_same_answers_one_by_one_come_to(
    desk: Desk, asked: dict[int, int]
) -> None:
    push(desk)
    (one, two, three) = sorted(asked)
    given = [
        response(str(one), value=right(asked[one])),
        response(str(two), value=wrong(asked[two] + 5)),
        response(str(three), value=right(asked[three] + 1), user="Joao"),
        response(str(three), value=right(asked[three]), after=1),
    ]
    assert take(desk, *given) == {"applied": 2, "refused": 1, "superseded": 1}
    cells = {c["raw_value"]: c["cleaned_value"] for c in desk.rows(
        "SELECT raw_value, cleaned_value FROM stage.csv_extractions WHERE field = 'IMO' AND NOT needs_review"
    )}  # fmt: skip
    assert cells[wrong(asked[one])] == right(asked[one]) and cells[wrong(asked[three])] == right(asked[three])
    assert wrong(asked[two]) not in cells
    assert [status(desk, i) for i in (one, two, three)] == ["decided", "open", "decided"]
    settled = desk.rows("SELECT cells_settled FROM review.decisions WHERE applied")
    assert [s["cells_settled"] for s in settled] == [1, 1, 1]
    before = desk.rows("SELECT value_id, cleaned_value, needs_review FROM stage.distinct_values ORDER BY 1")
    desk.one("SELECT review.settle(%s)", [one, two, three])
    assert before == desk.rows(
        "SELECT value_id, cleaned_value, needs_review FROM stage.distinct_values ORDER BY 1"
    )
