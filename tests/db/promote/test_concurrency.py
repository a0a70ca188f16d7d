"""Promotions side by side, killed, or cut off: one order of locks, nothing lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS, listed, promote, rollback
from tests.documents import Desk
from workers import paths

RUN = "SELECT * FROM promote.run(%s)"
OTHERS = [[f"X{n}", *row[1:]] for n, row in enumerate(VESSELS)]


def together(desk: Desk, *works: Callable[[psycopg.Connection[dict[str, Any]]], Any]) -> list[Any]:
    """Run each on a connection of its own, all at once; returns what each returned."""
    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(n: int) -> None:
        with psycopg.connect(desk.url, autocommit=True, row_factory=dict_row) as connection:
            gate.wait(10)
            try:
                results[n] = works[n](connection)
            except psycopg.Error as error:
                results[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert not [each for each in results if isinstance(each, psycopg.Error)], results
    return results


def test_documents_that_share_vessels_promoted_at_once_come_to_what_one_after_the_other_comes_to(
    desk: Desk,
) -> None:
    documents = [listed(desk), listed(desk, OTHERS, "OTHER"), listed(desk, OTHERS[:4], "THIRD")]
    found = together(desk, *[lambda c, d=d: c.execute(RUN, [d]).fetchone() for d in documents])
    assert [each["status"] for each in found] == ["promoted"] * 3
    vessels = [(v["vessel_name"], v["source_count"]) for v in promoting.vessels(desk)]
    assert vessels == [
        ("BLUE WAVE", 3),
        ("LONE WOLF", 2),
        ("NORDIC STAR", 3),
        ("RED BERRY", 3),
        ("SEA EAGLE", 3),
    ]
    assert promoting.broken(desk) == []
    for run in found:
        rollback(desk, run["run_id"])
    assert promoting.state(desk)["records"] == [] and promoting.vessels(desk) == []


def test_a_document_promoted_twice_at_once_is_promoted_once(desk: Desk) -> None:
    document_id = listed(desk)
    found = together(desk, *[lambda c: c.execute(RUN, [document_id]).fetchone()] * 3)
    assert sorted(each["status"] for each in found) == ["promoted", "unchanged", "unchanged"]
    assert desk.one("SELECT count(*) FROM curated.record_versions") == 5


def test_runs_of_all_and_runs_of_one_and_rollbacks_do_not_wait_for_each_other_for_ever(desk: Desk) -> None:
    first = promote(desk, listed(desk, VESSELS[:2]))
    documents = [listed(desk), listed(desk, OTHERS, "OTHER"), listed(desk, OTHERS[:4], "THIRD")]
    together(
        desk,
        lambda c: c.execute("SELECT * FROM promote.run()").fetchall(),
        lambda c: c.execute(RUN, [documents[2]]).fetchall(),
        lambda c: c.execute(RUN, [documents[0]]).fetchall(),
        lambda c: c.execute("SELECT * FROM promote.rollback(%s, 'maria')", [first["run_id"]]).fetchall(),
        lambda c: c.execute("SELECT * FROM clean.reclean()").fetchall(),
    )
    assert {v["source_count"] for v in promoting.vessels(desk)} == {2, 3}
    assert promoting.broken(desk) == []


def test_the_second_waits_for_the_first_and_sees_what_it_did(desk: Desk) -> None:
    promote(desk, listed(desk))
    other = listed(desk, OTHERS, "OTHER")
    with psycopg.connect(desk.url, row_factory=dict_row) as first:
        first.execute(RUN, [other])
        third = listed(desk, OTHERS[:4], "THIRD")
        with (
            psycopg.connect(desk.url, autocommit=True, options="-c lock_timeout=500") as second,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            second.execute(RUN, [third])
        first.rollback()
    assert desk.one("SELECT count(*) FROM stage.promotion_log") == 1
    promote(desk, third)
    assert {v["source_count"] for v in promoting.vessels(desk)} == {1, 2}


def test_an_answer_while_its_document_is_promoted_waits_and_promotes_again(desk: Desk) -> None:
    desk.db.execute("UPDATE promote.policy SET value = 0.5 WHERE policy = 'minimum_coverage'")
    document_id = listed(desk, [*VESSELS, ["V6", "SELV\ufffdG", "9244946", "NOR", "LAAC", "30", "99"]])
    desk.drain()
    desk.db.execute("SELECT review.add_reviewer('jonas', 'Jonas')")
    with psycopg.connect(desk.url) as promoter:
        promoter.execute("SELECT promote.declare_date(%s, '2024-01-01')", [document_id])
        promoter.execute(RUN, [document_id])
        answer = threading.Thread(target=promoting.answer, args=(desk, "SELV\ufffdG", "SELVÅG"))
        answer.start()
        answer.join(0.5)
        assert answer.is_alive()
        promoter.commit()
        answer.join(60)
    desk.drain()
    assert "SELVÅG" in [v["vessel_name"] for v in promoting.vessels(desk)]
    assert promoting.broken(desk) == []


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(desk: Desk) -> None:
    document_id = listed(desk)
    # the worker finds the lock taken, and dies while it waits: everything before it was done, nothing was committed
    with psycopg.connect(desk.url) as holder:
        holder.execute("SELECT promote.lock_curated()")
        script = "import sys; from workers.runtime import run; run(sys.argv[1], ['promote'], drain=True, patience=5)"
        worker = subprocess.Popen([sys.executable, "-c", script, desk.url], cwd=paths.root())
        waiting = (
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        deadline = time.monotonic() + 60
        while not desk.rows(waiting) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert desk.rows(waiting)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(30)
    # its server process notices that nobody listens any more, at the latest when it commits
    while desk.rows(waiting) and time.monotonic() < deadline:
        time.sleep(0.1)
    desk.db.execute("SELECT pgmq.set_vt('promote', msg_id, 0) FROM pgmq.q_promote")
    desk.drain(["promote"])
    assert (
        desk.one(
            "SELECT count(*) FROM stage.promotion_log WHERE document_id = %s AND status = 'promoted'",
            document_id,
        )
        == 1
    )
    assert desk.one("SELECT count(*) FROM curated.record_versions") == 5
    assert promoting.broken(desk) == []


def test_a_server_process_that_is_ended_leaves_nothing_behind(desk: Desk) -> None:
    document_id = listed(desk)
    connection = psycopg.connect(desk.url)
    connection.execute(RUN, [document_id])
    desk.db.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    assert desk.one("SELECT count(*) FROM stage.promotion_log") == 0
    assert desk.one("SELECT count(*) FROM curated.record_versions") == 0
    assert promote(desk, document_id)["status"] == "promoted"


def test_the_recorded_time_never_goes_back(desk: Desk) -> None:
    run = promote(desk, listed(desk))
    desk.db.execute("UPDATE stage.promotion_log SET recorded_at = recorded_at + interval '1 day'")
    ahead = desk.one("SELECT recorded_at FROM stage.promotion_log WHERE run_id = %s", run["run_id"])
    assert desk.one("SELECT promote.lock_curated()") > ahead
