"""Who may answer: tokens, the role of reviewers, the role of workers."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.review import asking
from tests.db.review.asking import item
from tests.documents import Desk

pytestmark = pytest.mark.usefixtures("people")


def test_a_reviewers_token_is_shown_once_and_kept_as_its_hash(desk: Desk) -> None:
    token = desk.one("SELECT review.add_reviewer('ada', 'Ada')")
    find = "SELECT count(*) FROM review.reviewer WHERE token_sha256 = sha256(convert_to(%s, 'UTF8')) AND token_expires_at > now()"
    assert len(token) == 64 and desk.one(find, token) == 1
    again = desk.one("SELECT review.add_reviewer('ada', 'Ada')")
    assert again != token and desk.one(find, token) == 0 and desk.one(find, again) == 1
    with pytest.raises(psycopg.errors.DatabaseError, match="no short name"):
        desk.one("SELECT review.add_reviewer('Ada Lovelace', 'Ada')")


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
