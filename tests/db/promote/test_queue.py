"""From gated to curated by the queue, without anybody asking."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS, listed
from tests.documents import Desk


def test_a_gated_document_is_promoted_by_itself(desk: Desk) -> None:
    document_id = desk.clean(promoting.HEADER, VESSELS)
    assert len(promoting.vessels(desk)) == 5
    assert desk.rows("SELECT document_id, status FROM stage.promotion_log") == [
        {"document_id": document_id, "status": "promoted"}
    ]
    assert desk.broken() == []


def test_a_document_asks_once_however_often_it_is_asked_for(desk: Desk) -> None:
    document_id = listed(desk)
    assert [desk.one("SELECT promote.request(%s)", [document_id, 99]) for _ in range(3)] == [1, 1, 1]
    assert desk.one("SELECT count(*) FROM pgmq.q_promote") == 1
    assert desk.rows("SELECT job_key, state FROM ops.job WHERE queue = 'promote'") == [
        {"job_key": f"promote:{document_id}", "state": "pending"}
    ]


def test_asking_for_nothing_does_nothing(desk: Desk) -> None:
    assert desk.one("SELECT promote.request('{}')") == 0


def test_a_job_of_a_document_that_was_rolled_back_meanwhile_promotes_nothing(desk: Desk) -> None:
    document_id = listed(desk)
    promoting.rollback(desk, promoting.promote(desk, document_id)["run_id"])
    assert desk.one("SELECT promote.is_set_aside(%s)", document_id) is True
    assert desk.one("SELECT run_id FROM promote.run_requested(%s)", document_id) is None
    assert promoting.vessels(desk) == []


def test_a_job_of_an_unknown_document_says_so(desk: Desk) -> None:
    with pytest.raises(psycopg.Error, match="there is no document 99") as error:
        desk.rows("SELECT * FROM promote.run_requested(99)")
    assert error.value.sqlstate == "OC404"


def test_a_worker_may_promote_and_an_operator_may_take_it_back(desk: Desk) -> None:
    document_id = listed(desk)
    desk.db.execute("SET ROLE oceanid_worker")
    run = promoting.promote(desk, document_id)
    assert run["status"] == "promoted"
    desk.db.execute("SET ROLE oceanid_operator")
    promoting.rollback(desk, run["run_id"])
    desk.db.execute("RESET ROLE")
    assert promoting.vessels(desk) == []


def test_statistics_follow_a_large_promotion_alone(desk: Desk) -> None:
    known = "SELECT reltuples::integer FROM pg_class WHERE oid = 'curated.names'::regclass"
    promoting.promote(desk, listed(desk))
    before = desk.one(known)
    desk.one("SELECT promote.refresh_statistics(5)")
    assert desk.one(known) == before
    desk.one("SELECT promote.refresh_statistics(1000)")
    assert desk.one(known) == 5
