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
    assert desk.rows("SELECT queue, payload FROM ops.job WHERE state = 'pending'") == [
        {"queue": "ask", "payload": {"document_id": document_id}}
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
    assert desk.one("SELECT review.row_context(%s, 99)", item["document_id"]) == {}
    assert desk.one("SELECT review.sample_row(%s, 2::smallint, NULL)", item["document_id"]) == 1


def test_an_item_says_why_and_what_the_machine_made_of_it(desk: Desk) -> None:
    asking.flags(desk, "Atlantis")
    item = asking.item(desk)
    assert item["reason"] == "No flag of the vocabulary has this spelling"
    assert (item["machine_value"], item["proposal"]) == ("ATLANTIS", None)


def test_neighbours_in_the_vocabulary_are_suggested(desk: Desk) -> None:
    asking.flags(desk, "Norwayy", "ISL")
    (suggestion, *_) = asking.item(desk)["suggestions"]
    assert suggestion["value"] == "NOR" and suggestion["agent"] in ("vocabulary", "machine")
    assert desk.one("SELECT count(*) FROM review.vocabulary_neighbours('imo', 'Norwayy')") == 0


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


def test_likeness_of_texts_is_between_nothing_and_all(desk: Desk) -> None:
    ask = "SELECT review.dice(ref.trigrams(%s), ref.trigrams(%s))::float8"
    assert desk.one(ask, "NORWAY", "NORWAY") == 1
    assert desk.one(ask, "NORWAY", "XYZ") == 0
    assert 0.5 < desk.one(ask, "NORWAY", "NORWAYY") < 1
    assert desk.one("SELECT review.dice('{}', '{}')") == 0


def test_an_unknown_policy_is_named(desk: Desk) -> None:
    with pytest.raises(psycopg.errors.DatabaseError, match="there is no policy nonsense") as error:
        desk.one("SELECT review.policy_value('nonsense')")
    assert error.value.sqlstate == "OC404"
