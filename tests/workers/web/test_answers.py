"""Answers through the pages: what they come to, what is refused, what happens when two people meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.workers.web.face import House, form, text


def test_the_pages_work_as_the_reviewers_role_alone(house: House) -> None:
    maria = house.person()
    item_id = house.item("Atlantis")
    for path in ("/", f"/items/{item_id}", "/documents", "/documents/1"):
        assert maria.get(path).status_code == 200
    maria.answer(item_id, action="custom", value="Norway")
    assert len(house.decisions(item_id)) == 1
    house.desk.db.execute(
        "REVOKE EXECUTE ON FUNCTION review.decide(bigint, text, text, text, text) FROM oceanid_reviewer"
    )
    page = maria.answer(house.item("Lemuria"), action="reject")
    assert page.status_code == 500 and "Nothing was taken" in text(page)  # a superuser would not have noticed


def test_an_answer_says_what_it_settled_and_leads_to_the_next_question(house: House) -> None:
    maria = house.person()
    page = maria.answer(house.item("Atlantis"), action="custom", value="norway", note="by the port")
    assert page.url.path == f"/items/{house.item('Lemuria')}"
    assert "Applied: “Atlantis” → NOR. 6 cells settled." in text(page)
    assert house.decisions(house.item("Atlantis")) == [("maria", "custom", "NOR", True)]
    assert house.desk.one("SELECT note FROM review.decisions") == "by the port"
    queue = text(maria.get("/"))
    assert "2 questions wait" in queue and "1 answered" in queue and "6 cells settled" in queue
    assert "Atlantis custom → NOR Maria · 6 cells" in queue


def test_the_item_shows_its_row_its_reason_and_its_story_in_the_lists_order(house: House) -> None:
    page = text(house.person().get(f"/items/{house.item('9074728')}"))
    assert "Vessel Name LAST Flag State NOR IMO Number asked 9074728" in page
    assert "The answer settles 1 cell" in page and "How the machine got here" in page and "gate" in page


def test_a_wrong_custom_value_is_refused_with_the_reason_and_stays_in_its_box(house: House) -> None:
    maria = house.person()
    item_id = house.item("9074728")
    page = maria.answer(item_id, action="custom", value="9074727", note="typed")
    assert page.status_code == 422
    assert "9074727 cannot be a IMO" in text(page) and "check digit" in text(page).lower()
    again = form(page, f"/items/{item_id}")
    assert (again["value"], again["note"]) == ("9074727", "typed")
    assert house.decisions(item_id) == []
    maria.answer(item_id, again, action="custom", value="9074729")
    assert house.decisions(item_id) == [("maria", "custom", "9074729", True)]


def test_enter_never_lets_stand_what_the_machine_doubts(house: House) -> None:
    maria = house.person()
    item_id = house.item("9074728")
    assert house.desk.one("SELECT proposal IS NULL FROM review.items WHERE item_id = %s", item_id)
    page = maria.answer(item_id)
    assert page.status_code == 422 and "There is no value to send." in text(page)
    assert house.decisions(item_id) == []


def test_a_suggestion_is_answered_with_one_button(house: House) -> None:
    maria = house.person()
    item_id = house.item("Lemuria")
    house.desk.db.execute(
        'UPDATE review.items SET suggestions = \'[{"value": "NOR", "score": 0.9, "agent": "correction"}]\' WHERE item_id = %s',
        [item_id],
    )
    page = maria.get(f"/items/{item_id}")
    assert "1 NOR an earlier answer, 90 of 100" in text(page)
    maria.answer(item_id, pick="NOR")
    assert house.decisions(item_id) == [("maria", "custom", "NOR", True)]


def test_the_second_of_two_people_is_told_and_may_still_say_otherwise(house: House) -> None:
    maria, jon = house.person(), house.person("jon")
    item_id = house.item("Atlantis")
    his = jon.look(item_id)
    maria.answer(item_id, action="custom", value="NOR")
    page = jon.answer(item_id, his, action="custom", value="Iceland")
    assert page.status_code == 409
    assert "Maria answered meanwhile: custom → NOR. Yours has not been sent." in text(page)
    again = form(page, f"/items/{item_id}")
    assert again["value"] == "Iceland"
    page = jon.answer(item_id, again, action="custom")
    assert "Applied in place of an earlier answer: “Atlantis” → ISL." in text(page)
    assert house.decisions(item_id) == [("maria", "custom", "NOR", True), ("jon", "custom", "ISL", True)]


def test_two_answers_in_the_same_moment_are_both_told_what_became_of_them(house: House) -> None:
    maria, jon = house.person(), house.person("jon")
    item_id = house.item("Atlantis")
    forms = [(maria, maria.look(item_id), "NOR"), (jon, jon.look(item_id), "ISL")]
    with ThreadPoolExecutor() as pool:
        pages = list(pool.map(lambda f: f[0].answer(item_id, f[1], action="custom", value=f[2]), forms))
    told = sorted(text(page) for page in pages)
    taken = house.decisions(item_id)
    assert len(taken) == sum(page.status_code == 200 for page in pages) >= 1
    assert any("Applied: “Atlantis”" in t for t in told)
    assert len(taken) == 2 or any("answered meanwhile" in t for t in told)
    holds = house.desk.one("SELECT corrected_value FROM review.correction WHERE raw_value = 'Atlantis'")
    assert holds == taken[-1][2]


def test_an_answer_that_was_sent_twice_counts_once(house: House) -> None:
    maria = house.person()
    item_id = house.item("Atlantis")
    seen = maria.look(item_id)
    maria.answer(item_id, seen, action="custom", value="NOR")
    assert maria.answer(item_id, seen, action="custom", value="NOR").status_code == 409
    assert len(house.decisions(item_id)) == 1


def test_an_answer_after_the_question_was_withdrawn_is_kept_and_said_to_be_late(house: House) -> None:
    maria = house.person()
    item_id = house.item("Atlantis")
    seen = maria.look(item_id)
    # what a rule or another file would do: the value no longer asks
    house.desk.db.execute(
        "UPDATE stage.distinct_values SET needs_review = false, cleaned_value = 'NOR' WHERE raw_value = 'Atlantis'"
    )
    assert house.desk.rows("SELECT withdrawn FROM review.refresh()") == [{"withdrawn": 1}]
    page = maria.answer(item_id, seen, action="custom", value="ISL")
    assert page.status_code == 200 and page.url.path == f"/items/{item_id}"
    assert "Kept, but not applied: the question had been withdrawn" in text(page)
    assert house.decisions(item_id) == [("maria", "custom", "ISL", False)]


def test_a_second_reviewer_does_not_see_the_first_answer_and_must_agree(house: House) -> None:
    house.desk.db.execute("INSERT INTO review.field_policy (field, second_review) VALUES ('FLAG', true)")
    maria, jon = house.person(), house.person("jon")
    item_id = house.item("Atlantis")
    his = jon.look(item_id)
    assert "a second reviewer must agree" in text(maria.answer(item_id, action="custom", value="NOR"))
    assert "→ NOR" not in text(jon.get(f"/items/{item_id}"))
    page = jon.answer(item_id, his, action="custom", value="NOR")
    assert "Applied: “Atlantis” → NOR. 6 cells settled." in text(page)


def test_an_answer_is_taken_back_and_the_question_asked_again(house: House) -> None:
    maria = house.person()
    item_id = house.item("Atlantis")
    page = maria.answer(item_id, action="custom", value="NOR")
    page = maria.client.post(f"/items/{item_id}/undo", data=form(page, f"/items/{item_id}/undo"))
    assert page.status_code == 200 and "Taken back: “Atlantis”" in text(page)
    assert house.decisions(item_id)[-1][1] == "undo"
    assert house.desk.one("SELECT status FROM review.items WHERE item_id = %s", item_id) == "open"
    assert "3 questions wait" in text(maria.get("/"))


def test_only_the_answer_that_was_shown_is_taken_back(house: House) -> None:
    maria, jon = house.person(), house.person("jon")
    item_id = house.item("Atlantis")
    page = maria.answer(item_id, action="custom", value="NOR")
    undo = form(page, f"/items/{item_id}/undo")
    jon.answer(item_id, action="custom", value="ISL")
    page = maria.client.post(f"/items/{item_id}/undo", data=undo)
    assert page.status_code == 409 and "no longer holds" in text(page)
    assert [d[1] for d in house.decisions(item_id)] == ["custom", "custom"]


def test_a_batch_is_answered_at_once_and_each_refusal_named(house: House) -> None:
    maria, jon = house.person(), house.person("jon")
    key = house.desk.one("SELECT batch_key FROM review.items WHERE subject = 'Atlantis'")
    page = maria.client.get("/batch", params={"key": key})
    assert "2 questions wait, 10 cells" in text(page)
    both = {**form(page, "/batch"), "items": [house.item("Atlantis"), house.item("Lemuria")]}
    refused = maria.client.post("/batch", data={**both, "action": "custom", "value": "Hyperborea"})
    assert "Not taken: 2." in text(refused) and "Hyperborea cannot be a FLAG" in text(refused)
    assert form(refused, "/batch")["value"] == "Hyperborea"
    jon.answer(house.item("Lemuria"), action="reject")
    page = maria.client.post("/batch", data={**both, "action": "custom", "value": "Norway"})
    assert "Applied: 1. 6 cells settled." in text(page)
    assert "Not taken: 1." in text(page) and "Somebody answered it meanwhile" in text(page)
    assert house.desk.cleaned(1, "Flag State")[:6] == ["NOR"] * 6


def test_a_batch_without_a_tick_or_a_value_takes_nothing(house: House) -> None:
    maria = house.person()
    key = house.desk.one("SELECT batch_key FROM review.items WHERE subject = 'Atlantis'")
    fields = form(maria.client.get("/batch", params={"key": key}), "/batch")
    for more in ({"action": "accept"}, {"action": "custom", "items": [house.item("Lemuria")]}):
        page = maria.client.post("/batch", data={**fields, **more})
        assert page.status_code == 422 and "Nothing was taken." in text(page)
    assert house.desk.one("SELECT count(*) FROM review.decisions") == 0


def test_an_audit_shows_the_clean_value_and_not_how_sure_the_machine_was(house: House) -> None:
    item_id = house.desk.one(
        """
        INSERT INTO review.items (item_key, decision_on, batch_key, source_id, field, document_id, column_position, row_index,
            value_id, subject, machine_value, reason, cells, priority, context)
        SELECT 'audit:1', 'audit', batch_key, source_id, field, document_id, column_position, row_index, value_id, 'Norge',
            'FRO', 'An audit', 1, 1, '{"Vessel Name": "VESSEL 7", "Flag State": "Norge"}'
        FROM review.items WHERE subject = 'Atlantis' RETURNING item_id
        """
    )
    maria = house.person()
    page = maria.get(f"/items/{item_id}")
    shown = text(page)
    assert (
        "is the clean value right?" in shown
        and "Norge" in shown
        and "Read as FRO" in shown
        and "VESSEL 7" in shown
    )
    assert "a Right: FRO" in shown and "r Wrong: there is no such value" in shown
    assert all(w not in shown for w in ("How the machine", "of 100", "Likely answers", "onfidence"))
    refused = maria.answer(item_id)
    assert refused.status_code == 422, "Enter on an empty box does not say that it is right"
    key = house.desk.one("SELECT batch_key FROM review.items WHERE item_id = %s", item_id)
    assert "Norge" not in text(maria.client.get("/batch", params={"key": key}))
    assert maria.answer(item_id, action="accept").status_code == 200
    assert house.decisions(item_id) == [("maria", "accept", "FRO", True)]


def test_keep_is_offered_only_where_it_would_be_taken(house: House) -> None:
    maria = house.person()
    atlantis = house.item("Atlantis")
    assert "Keep" not in text(maria.get(f"/items/{atlantis}")), "a flag must be a State's"
    assert maria.answer(atlantis, action="accept").status_code == 422
    house.desk.clean(["Vessel Name", "Length (m)"], [["A", "24"], ["B", "999999"]], "LONG")
    long = house.item("999999")
    assert "Keep 999999 as it is" in text(maria.get(f"/items/{long}"))
    assert maria.answer(long, action="accept").status_code == 200
    acceptable = house.desk.rows("SELECT subject, acceptable FROM review.queue WHERE decision_on = 'value'")
    assert {a["subject"] for a in acceptable if a["acceptable"]} == set()


def test_columns_and_readings_offer_what_they_can_be(house: House) -> None:
    house.desk.clean(
        ["Vessel Name", "Authorisation start date", "qqzzx"],
        [["A", "05/03/2019", "a"], ["B", "01/02/2019", "b"]],
    )
    maria = house.person()
    column = text(maria.get(f"/items/{house.item('qqzzx')}"))
    assert "What does this column mean?" in column and "What stands there a 1 cell" in column
    reading = house.desk.one("SELECT item_id FROM review.items WHERE decision_on = 'reading'")
    page = maria.get(f"/items/{reading}")
    assert "1 DMY 2 MDY" in text(page) and "One of DMY, MDY." in text(page)
    assert "→ DMY. 2 cells settled." in text(maria.answer(reading, pick="DMY"))
    assert maria.answer(house.item("qqzzx"), action="custom", value="IMOO").status_code == 422
    assert maria.answer(house.item("qqzzx"), action="reject").status_code == 200


def test_the_queue_is_filtered_and_worked_in_the_filters_order(house: House) -> None:
    maria = house.person()
    page = maria.get("/?field=IMO")
    assert "1 question waits" in text(page) and "Lemuria" not in text(page)
    assert "Nothing waits here" in text(maria.get("/?source=NOBODY"))
    item_id = house.item("Atlantis")
    page = maria.get(f"/items/{item_id}?field=FLAG")
    assert f'/items/{house.item("Lemuria")}?field=FLAG" rel="next"' in page.text
    fields = form(page, f"/items/{item_id}")
    assert fields["field"] == "FLAG"
    assert str(maria.answer(item_id, fields, action="reject").url).find("field=FLAG") > 0


def test_documents_show_their_quality(house: House) -> None:
    maria = house.person()
    page = text(maria.get("/documents"))
    assert (
        "11 rows, 3 columns" in page
        and "11 cells to review" in page
        and "3 answers would settle them" in page
    )
    page = text(maria.get("/documents/1"))
    assert "Flag State FLAG alias" in page and "10 " in page


def test_what_is_not_there_is_said_so(house: House) -> None:
    maria = house.person()
    for path in ("/items/999999", "/documents/999999", "/nowhere"):
        assert maria.get(path).status_code == 404
    assert maria.get("/items/word").status_code == 422
    assert maria.get("/items/99999999999999999999999").status_code in (404, 422)
