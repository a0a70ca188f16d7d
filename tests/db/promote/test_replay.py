"""Whatever is promoted, corrected, promoted again and rolled back: curated is what its remaining runs say."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import _create, _to_database
from tests.db.promote import promoting
from tests.db.promote.promoting import VESSELS
from tests.db.review import asking
from tests.documents import Desk, lasting_database

LOST = "SELV\ufffdG"
UNKNOWN = "Atlantis"
DOCUMENTS = 4

step = st.one_of(
    st.tuples(st.just("promote"), st.integers(1, DOCUMENTS)),
    st.tuples(st.just("promote"), st.integers(1, DOCUMENTS)),
    st.tuples(st.just("answer"), st.sampled_from([(LOST, "SELVÅG"), (LOST, "SELVIG"), (UNKNOWN, "NOR"), (UNKNOWN, "ISL")])),
    st.tuples(st.just("undo"), st.sampled_from([LOST, UNKNOWN])),
    st.tuples(st.just("date"), st.tuples(st.integers(1, DOCUMENTS), st.sampled_from(["2019-01-01", "2024-01-01"]))),
    st.tuples(st.just("rollback"), st.integers(0, 5)),
)  # fmt: skip


@pytest.fixture(scope="module")
def prepared(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database with three versions of one list and a list of another source, cleaned, none promoted."""
    with lasting_database(server_url, template) as url:
        desk = Desk(url, tmp_path_factory.mktemp("prepared"))
        desk.db.execute("UPDATE promote.policy SET value = 0.5 WHERE policy = 'minimum_coverage'")
        asking.add_reviewers(desk)
        lost = ["V6", LOST, "9244946", "NOR", "LAAC", "30", "99"]
        odd = ["V7", "GREY GULL", "9164718", UNKNOWN, "LAAD", "29", "98"]
        renamed = ["V1", "NORDIC SUN", *VESSELS[0][2:]]
        promoting.listed(desk, [*VESSELS, lost, odd])
        promoting.listed(desk, [renamed, *VESSELS[1:4], lost, odd])
        promoting.listed(desk, [["V1", "", *VESSELS[0][2:]], *VESSELS[2:], odd])
        promoting.listed(desk, [[f"X{n}", *row[1:]] for n, row in enumerate([*VESSELS[:3], odd])], "OTHER")
        desk.close()
        yield url.rpartition("/")[2].partition("?")[0]


@contextmanager
def copy_of(server_url: str, prepared: str) -> Iterator[Desk]:
    name = f"t_{uuid.uuid4().hex[:16]}"
    _create(server_url, name, prepared)
    desk = Desk(_to_database(server_url, name), Path("/nonexistent"))
    try:
        yield desk
    finally:
        desk.close()
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def change(desk: Desk, action: str, what: object) -> None:
    """A step that changes what documents say."""
    try:
        if action == "answer":
            subject, value = what  # type: ignore[misc]
            desk.rows(
                "SELECT d.* FROM review.items AS i CROSS JOIN LATERAL review.decide(i.item_id, 'custom', %s, 'maria') AS d"
                " WHERE i.subject = %s AND i.decision_on = 'value'", value, subject,
            )  # fmt: skip
        elif action == "undo":
            desk.rows(
                "SELECT u.* FROM review.items AS i CROSS JOIN LATERAL review.undo(i.item_id, 'maria') AS u"
                " WHERE i.subject = %s AND i.decision_on = 'value' AND i.status = 'decided'", what,
            )  # fmt: skip
        else:
            document_id, day = what  # type: ignore[misc]
            desk.rows("SELECT promote.declare_date(%s, %s)", document_id, day)
    except psycopg.Error as error:
        assert error.sqlstate == "OC002", error
    if desk.one("SELECT count(*) FROM pgmq.q_score"):
        desk.drain(["score", "ask"])


def play(desk: Desk, steps: list[tuple[str, object]]) -> list[int | None]:
    """Do it all; returns the run of each step that promoted."""
    runs: list[int | None] = []
    for action, what in steps:
        run = None
        if action == "promote":
            row = promoting.promote(desk, what)  # type: ignore[arg-type]
            run = row["run_id"] if row["status"] == "promoted" else None
        elif action == "rollback":
            standing = desk.rows(
                "SELECT run_id FROM stage.promotion_log WHERE status = 'promoted' ORDER BY run_id"
            )
            if standing:
                promoting.rollback(desk, standing[int(str(what)) % len(standing)]["run_id"])
        else:
            change(desk, action, what)
        runs.append(run)
    return runs


def replay(desk: Desk, steps: list[tuple[str, object]], stood: Callable[[int], bool]) -> None:
    """The same, without what did not stand in the end."""
    for n, (action, what) in enumerate(steps):
        if action == "promote":
            # which row is which entry is no promotion: it stays known
            desk.rows("SELECT identity.enter(%s)", what)
            if stood(n):
                # unchanged where what came between the two did not stand
                assert promoting.promote(desk, what)["status"] != "held"  # type: ignore[arg-type]
        elif action != "rollback":
            change(desk, action, what)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=3, max_size=10))
def test_curated_is_what_its_remaining_runs_say(
    server_url: str, prepared: str, steps: list[tuple[str, object]]
) -> None:
    with copy_of(server_url, prepared) as desk, copy_of(server_url, prepared) as fresh:
        runs = play(desk, steps)
        standing = {
            row["run_id"]
            for row in desk.rows("SELECT run_id FROM stage.promotion_log WHERE status = 'promoted'")
        }
        # of two standing runs of a document the later speaks, and repeats nothing: both are played again
        replay(fresh, steps, lambda n: runs[n] in standing)
        assert promoting.content(desk) == promoting.content(fresh)
        assert promoting.broken(desk) == []
        assert promoting.broken(fresh) == []


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=1, max_size=6), document_id=st.integers(1, DOCUMENTS))
def test_a_promotion_and_its_rollback_leave_every_byte_in_place(
    server_url: str, prepared: str, steps: list[tuple[str, object]], document_id: int
) -> None:
    with copy_of(server_url, prepared) as desk:
        play(desk, steps)
        before = promoting.state(desk)
        run = promoting.promote(desk, document_id)
        if run["status"] == "promoted":
            promoting.rollback(desk, run["run_id"])
        assert promoting.state(desk) == before
        assert promoting.broken(desk) == []
