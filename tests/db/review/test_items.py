"""The queue: what is asked, once and only once, and what a reviewer is shown with it."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.review import asking
from tests.documents import Desk


def test_every_open_decision_is_one_open_item_however_often_the_queue_is_refreshed(desk: Desk) -> None:
    asking.flags(desk, "Atlantis", "NOR", "Atlantis")
    asking.unknown_header(desk, source="XFC")
    asking.broad_beam(desk)
    before = desk.rows("SELECT item_id, item_key FROM review.items WHERE decision_on <> 'audit' ORDER BY 1")
    for _ in range(2):
        assert desk.rows("SELECT * FROM review.refresh()") == [{"opened": 0, "withdrawn": 0}]
    assert before == desk.rows(
        "SELECT item_id, item_key FROM review.items WHERE decision_on <> 'audit' ORDER BY 1"
    )
    keys = [row["item_key"] for row in before]
    assert (
        sorted(keys) == sorted(d["item_key"] for d in desk.decisions()) and len(keys) == len(set(keys)) == 3
    )


def test_gating_opens_nothing_itself_but_sends_the_job_that_does(desk: Desk) -> None:
    desk.db.execute("UPDATE review.policy SET value = 1 WHERE name = 'audit_rate'")
    document_id = desk.register(
        desk.write(["Vessel Name", "Flag State"], [["A", "Atlantis"], ["B", "NOR"], ["C", "ISL"]])
    )
    desk.drain(["ingest", "clean", "score"])
    assert desk.rows("SELECT status FROM stage.documents") == [{"status": "gated"}]
    assert desk.one("SELECT count(*) FROM review.items") == 0
    assert desk.rows("SELECT queue, payload FROM ops.job WHERE state = 'pending' ORDER BY queue") == [
        {"queue": "ask", "payload": {"document_id": document_id}},
        {"queue": "promote", "payload": {"document_id": document_id}},
    ]
    desk.drain(["ask"])
    (nothing_more,) = desk.rows("SELECT * FROM review.ask(%s)", document_id)
    assert nothing_more == {"opened": 0, "withdrawn": 0, "drawn": 0, "audits": 0}
    kinds = desk.rows("SELECT decision_on AS on, count(*) AS n FROM review.items GROUP BY 1 ORDER BY 1")
    assert {k["on"]: k["n"] for k in kinds} == {"audit": 5, "value": 1}


def test_a_document_that_is_back_at_the_gate_is_not_asked_about(desk: Desk) -> None:
    asking.flags(desk, "Atlantis", "NOR")
    item_id = asking.item(desk)["item_id"]
    desk.db.execute("UPDATE stage.documents SET status = 'cleaned'")
    desk.db.execute("UPDATE stage.distinct_values SET needs_review = false")
    assert (
        desk.one(
            "SELECT opened + withdrawn + drawn + audits FROM review.ask((SELECT document_id FROM review.items))"
        )
        == 0
    )
    assert asking.status(desk, item_id) == "open"


def test_asking_about_no_document_says_so(desk: Desk) -> None:
    with pytest.raises(psycopg.errors.DatabaseError, match="there is no document 99") as error:
        desk.one("SELECT review.ask(99)")
    assert error.value.sqlstate == "OC404"
    with pytest.raises(psycopg.errors.DatabaseError, match="there is no document 99"):
        desk.one("SELECT opened FROM review.refresh(99)")


def test_the_same_question_cannot_be_open_twice(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    with pytest.raises(psycopg.errors.UniqueViolation):
        desk.db.execute(
            "INSERT INTO review.items (item_key, decision_on, batch_key, source_id, document_id, column_position, subject,"
            " reason, cells, priority) SELECT item_key, decision_on, batch_key, source_id, document_id, column_position,"
            " subject, reason, cells, priority FROM review.items"
        )


def test_a_question_that_another_file_shares_is_the_same_item_with_more_cells(desk: Desk) -> None:
    asking.flags(desk, "Atlantis", "NOR")
    first = asking.item(desk, subject="Atlantis")
    asking.flags(desk, "Atlantis", "Atlantis", "ISL", prefix="W")
    second = asking.item(desk, subject="Atlantis")
    assert (second["item_id"], first["cells"], second["cells"]) == (first["item_id"], 1, 3)
    assert second["document_id"] > first["document_id"] and second["priority"] > first["priority"]


def test_a_code_alone_and_among_others_is_one_question(desk: Desk) -> None:
    document_id = asking.flags(desk, "Atlantis", "Atlantis; NOR", "ISL; Atlantis", "FRO")
    item = asking.item(desk)
    assert (item["subject"], item["cells"]) == ("Atlantis", 3)
    asking.add_reviewers(desk)
    assert asking.decide(desk, item["item_id"], "custom", "SWE")["cells_settled"] == 3
    assert desk.cleaned(document_id, 2) == ["SWE", "SWE; NOR", "ISL; SWE", "FRO"]


def test_a_question_that_has_gone_is_withdrawn(desk: Desk) -> None:
    asking.flags(desk, "Atlantis", "NOR")
    item = asking.item(desk)
    desk.db.execute("INSERT INTO ref.country_alias (alias, iso3) VALUES ('Atlantis', 'GRC')")
    desk.db.execute("SELECT clean.reclean()")
    desk.drain()
    assert asking.status(desk, item["item_id"]) == "withdrawn"
    assert desk.one("SELECT closed_at IS NOT NULL FROM review.items WHERE item_id = %s", item["item_id"])


def test_more_than_two_hundred_cells_of_a_column_are_one_batch(desk: Desk) -> None:
    flags = [*asking.KNOWN_FLAGS[:15], *(f"Atlantis {n % 7}" for n in range(201))]
    desk.clean(["Vessel Name", "Flag State"], [[f"V {n}", flag] for n, flag in enumerate(flags)])
    large = desk.rows("SELECT * FROM review.queue WHERE field = 'FLAG' AND decision_on = 'value'")
    asking.flags(desk, "Lemuria", source="XFC")
    small = asking.item(desk, source_name="XFC")
    assert {item["batch_key"] for item in large} == {f"column:{large[0]['document_id']}:2"}
    assert sum(item["cells"] for item in large) == 201 and len(large) == 7
    assert small["batch_key"].startswith("field:") and small["batch_key"].endswith(":FLAG")


def test_the_size_of_a_batch_is_a_policy(desk: Desk) -> None:
    desk.db.execute("UPDATE review.policy SET value = 1 WHERE name = 'column_batch_cells'")
    document_id = asking.flags(desk, "Atlantis", "Atlantis")
    assert asking.item(desk)["batch_key"] == f"column:{document_id}:2"


def test_more_cells_less_confidence_and_a_heavier_field_come_first(desk: Desk) -> None:
    asking.flags(desk, "Lemuria", "Atlantis", "Atlantis")
    queue = desk.rows("SELECT subject, priority FROM review.queue WHERE decision_on = 'value'")
    assert [item["subject"] for item in queue] == ["Atlantis", "Lemuria"]
    assert queue[0]["priority"] == pytest.approx(2 * queue[1]["priority"])
    assert desk.one("SELECT review.priority(10, 0.2, 'FLAG') > review.priority(10, 0.6, 'FLAG')")
    assert desk.one("SELECT review.priority(10, 1, 'FLAG')") > 0
    plain = desk.one("SELECT review.priority(10, 0.2, 'NOTES')")
    desk.db.execute("INSERT INTO review.field_policy (field, weight) VALUES ('NOTES', 4)")
    assert desk.one("SELECT review.priority(10, 0.2, 'NOTES')") == pytest.approx(4 * plain)


def test_an_item_shows_a_row_in_which_it_stands(desk: Desk) -> None:
    asking.flags(desk, "NOR", "Atlantis", "ISL")
    item = asking.item(desk)
    assert item["context"] == {"Vessel Name": "V 2", "Flag State": "Atlantis"} and item["row_index"] == 2


def test_rows_to_show_are_found_for_many_values_at_once(desk: Desk) -> None:
    document_id = asking.flags(desk, "NOR", "Atlantis", "ISL", "Atlantis", "Mu")
    ids = {
        v["raw_value"]: v["value_id"]
        for v in desk.rows("SELECT raw_value, value_id FROM stage.distinct_values")
    }
    values = [ids["Mu"], ids["Atlantis"], ids["V 3"], None]
    rows = desk.rows(
        "SELECT value_id, row_index FROM review.show_values(array_fill(%s::bigint, ARRAY[4]), '{2,2,2,1}', %s)",
        document_id, values,
    )  # fmt: skip
    assert {r["value_id"]: r["row_index"] for r in rows} == {ids["Mu"]: 5, ids["Atlantis"]: 2, None: 1}
    contexts = desk.rows(
        "SELECT row_index, context FROM review.row_contexts(array_fill(%s::bigint, ARRAY[3]), '{5,99,5}')",
        document_id,
    )
    assert contexts == [{"row_index": 5, "context": {"Vessel Name": "V 5", "Flag State": "Mu"}}]


def test_a_reading_is_shown_in_a_row_that_is_about_it(desk: Desk) -> None:
    asking.wrong_column(desk)
    item = asking.item(desk, decision_on="reading")
    assert item["context"]["Call sign"] in asking.MMSIS


def test_a_question_that_moves_to_a_newer_file_shows_a_row_of_that_file(desk: Desk) -> None:
    asking.flags(desk, "NOR", "ISL", "Atlantis")
    newer = asking.flags(desk, "Atlantis", "NOR", prefix="W")
    item = asking.item(desk)
    assert (item["document_id"], item["row_index"]) == (newer, 1)
    assert item["context"] == {"Vessel Name": "W 1", "Flag State": "Atlantis"}


def test_an_item_says_why_and_what_the_machine_made_of_it(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item = asking.item(desk)
    assert item["reason"] == "No flag of the vocabulary has this spelling"
    assert (item["machine_value"], item["proposal"]) == ("ATLANTIS", None)


def test_neighbours_in_the_vocabulary_are_suggested(desk: Desk) -> None:
    asking.flags(desk, "Norwayy", "ISL")
    (suggestion, *_) = asking.item(desk)["suggestions"]
    assert suggestion["value"] == "NOR" and suggestion["agent"] in ("vocabulary", "machine")


def test_what_is_alike_enough_to_be_suggested_is_a_policy(desk: Desk) -> None:
    desk.db.execute("UPDATE review.policy SET value = 0.99 WHERE name = 'vocabulary_likeness'")
    asking.flags(desk, "Norwayy", "ISL")
    assert "vocabulary" not in {s["agent"] for s in asking.item(desk)["suggestions"]}


def test_units_are_suggested_of_the_fields_own_dimension_alone(desk: Desk) -> None:
    keys = desk.rows(
        "SELECT DISTINCT dimension, code FROM review.spelling WHERE kind = 'unit' AND code IN ('m', 'kW')"
    )
    assert {(k["dimension"], k["code"]) for k in keys} >= {("length", "m"), ("power", "kW")}
    assert desk.one("SELECT count(*) FROM review.spelling WHERE key IS DISTINCT FROM ref.match_key(key)") == 0


def test_a_like_identifier_is_no_suggestion_the_same_one_is(desk: Desk) -> None:
    asking.add_reviewers(desk)
    wrong = ["9074728", "9074720", "9074721"]
    for n, source in enumerate(("XFC", "YFC", "ZFC")):
        rows = [
            [f"V {k}", i] for k, i in enumerate(["9074729", "8814275", "9000003", wrong[0 if n == 1 else n]])
        ]
        desk.clean(["Vessel Name", "IMO"], rows, source)
        if source == "XFC":
            asking.decide(desk, asking.item(desk, source_name="XFC")["item_id"], "custom", "9074729")
    same = asking.item(desk, source_name="YFC", subject=wrong[0])["suggestions"]
    assert [(s["value"], s["agent"]) for s in same] == [("9074729", "correction")]
    assert asking.item(desk, source_name="ZFC")["suggestions"] == []


def test_suggestions_are_looked_for_once_and_again_on_demand(desk: Desk) -> None:
    asking.flags(desk, "Norwayy", "ISL")
    item_id = asking.item(desk)["item_id"]
    source_id = desk.one("SELECT source_id FROM review.items WHERE item_id = %s", item_id)
    assert desk.rows("SELECT * FROM review.suggestion_work(%s)", source_id) == []
    desk.db.execute("UPDATE review.items SET suggested_at = NULL")
    (work,) = desk.rows("SELECT * FROM review.suggestion_work(%s)", source_id)
    assert (work["item_ids"], work["texts"]) == ([item_id], ["NORWAYY"]) and "NORWAY" in work["candidates"]
    written = desk.one(
        "SELECT review.take_suggestions(%s::bigint[], '{NORWAYY,NORWAYY}', '{NORWAY,ICELAND}', '{0.9,0.1}')",
        [item_id],
    )
    assert written == 1
    assert {s["value"] for s in asking.item(desk)["suggestions"]} == {"NOR"}


def test_earlier_answers_to_a_like_text_are_suggested_with_their_evidence(desk: Desk) -> None:
    asking.add_reviewers(desk)
    asking.flags(desk, "Republic of Atlantis", source="XFC")
    asking.decide(desk, asking.item(desk)["item_id"], "custom", "GRC")
    asking.flags(desk, "Republic of Atlantiss", source="YFC")
    suggestions = {s["value"]: s for s in asking.item(desk)["suggestions"]}
    assert suggestions["GRC"]["agent"] == "correction" and 0.6 < suggestions["GRC"]["score"] < 0.95


def test_no_more_suggestions_than_the_policy_says_and_the_best_first(desk: Desk) -> None:
    desk.db.execute("UPDATE review.policy SET value = 2 WHERE name = 'suggestions'")
    asking.flags(desk, "Guinee Bissauu", "Guineaa", "Norwayy")
    for item in desk.rows("SELECT suggestions FROM review.queue"):
        scores = [s["score"] for s in item["suggestions"]]
        assert len(scores) <= 2 and scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_a_column_suggests_the_fields_it_may_mean(desk: Desk) -> None:
    asking.unknown_header(desk)
    item = asking.item(desk, decision_on="column")
    assert item["suggestions"][0]["value"] == item["proposal"] == "FLAG" and item["cells"] == 3


def test_an_unknown_policy_is_named(desk: Desk) -> None:
    with pytest.raises(psycopg.errors.DatabaseError, match="there is no policy nonsense") as error:
        desk.one("SELECT review.policy_value('nonsense')")
    assert error.value.sqlstate == "OC404"
