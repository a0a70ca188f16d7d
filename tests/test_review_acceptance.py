"""The measure of review: how many answers empty the queue of all public lists, and how few the next versions need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests import acceptance, oracle
from tests.acceptance import PUBLISHERS
from tests.documents import Desk, lasting_database
from tests.labelled import VESSELS, source_table

# One file a source: what it publishes next.
NEXT = [name for name in PUBLISHERS if name not in ("iattc_2025.xlsx", "sprfmo_2016")]


@dataclass
class Reviewed:
    """The lists after their first review and after that of their next versions."""

    desk: Desk
    cells: int
    first: oracle.Work
    first_left: int
    second_cells: int
    second: oracle.Work
    second_left: int


@pytest.fixture(scope="module")
def reviewed(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    if not VESSELS.is_dir():
        pytest.skip("the public vessel lists are not beside this checkout")
    with lasting_database(server_url, template) as url:
        desk = Desk(url, tmp_path_factory.mktemp("lists"))
        desk.one("SELECT review.add_reviewer('oracle', 'The oracle')")
        acceptance.ingest(desk, PUBLISHERS, VESSELS)
        cells = desk.one("SELECT sum(cells)::bigint FROM stage.document_quality")
        first = oracle.empty_the_queue(desk)
        first_left = desk.one("SELECT opened FROM review.refresh()")
        for name in NEXT:
            source_type, source = PUBLISHERS[name]
            header, rows = oracle.next_version(source_table(name), name)
            desk.register(desk.write(header, rows, f"{name}_next.csv"), source, source_type)
            desk.drain()
        second_cells = desk.one("SELECT sum(cells)::bigint FROM stage.document_quality") - cells
        second = oracle.empty_the_queue(desk)
        second_left = desk.one("SELECT opened FROM review.refresh()")
        yield Reviewed(desk, cells, first, first_left, second_cells, second, second_left)
        desk.close()


@pytest.mark.slow
def test_less_than_one_answer_in_a_thousand_cells_empties_the_queue(reviewed: Reviewed) -> None:
    rate = 1000 * reviewed.first.decisions / reviewed.cells
    print(
        f"\n{reviewed.first.decisions} decisions for {reviewed.cells:,} cells: {rate:.2f} per 1,000 cells,"
        f" {reviewed.first.settled / reviewed.first.decisions:.0f} cells a decision;"
        f" {dict(reviewed.first.by_action)}"
    )
    assert rate < 1
    assert reviewed.first_left == 0


@pytest.mark.slow
def test_the_next_version_of_a_source_needs_a_fifth_of_the_answers_at_most(reviewed: Reviewed) -> None:
    first, second = reviewed.first, reviewed.second
    for source in sorted(first.by_source):
        print(f"{source}: {first.by_source[source]} decisions, then {second.by_source[source]}")
    print(f"all: {first.decisions}, then {second.decisions} for {reviewed.second_cells:,} cells")
    assert second.decisions <= 0.2 * first.decisions, (first.by_source, second.by_source, second.by_action)
    assert reviewed.second_left == 0
    more = {
        s: (n, second.by_source[s]) for s, n in first.by_source.items() if second.by_source[s] > max(1, n / 5)
    }
    assert more == {}


@pytest.mark.slow
def test_nothing_waits_for_a_human_when_the_queue_is_empty(reviewed: Reviewed) -> None:
    assert reviewed.desk.one("SELECT count(*) FROM review.open_decision") == 0
    assert reviewed.desk.one("SELECT count(*) FROM stage.distinct_values AS d WHERE d.needs_review"
                             " AND EXISTS (SELECT FROM stage.cell_values AS v WHERE v.value_id = d.value_id)") == 0  # fmt: skip
    assert reviewed.desk.broken() == []


@pytest.mark.slow
def test_every_applied_answer_about_cells_is_an_example_of_the_training_corpus(reviewed: Reviewed) -> None:
    # whether two entries are one vessel is no matter of a cell
    assert reviewed.desk.one("SELECT count(*) FROM stage.training_corpus") == reviewed.desk.one(
        "SELECT count(*) FROM review.decisions AS d JOIN review.items AS i USING (item_id)"
        " WHERE d.applied AND d.action <> 'undo' AND i.decision_on <> 'pair'"
    )
