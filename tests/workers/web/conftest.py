"""A database with a small queue, and the pages over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")
pytest.importorskip("httpx", reason="httpx, which drives the pages in tests, is not installed")

from tests.documents import Desk
from tests.workers.web.counter import Counter, Open
from tests.workers.web.face import House
from workers.settings import Settings


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A database of the test's own, and the real way of documents into it."""
    desk = Desk(database_url, tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def house(desk: Desk) -> Iterator[House]:
    """Pages over a queue of two flags that no vocabulary knows (six cells and four) and an IMO with a wrong digit."""
    rows = [[f"VESSEL {n}", "Atlantis" if n < 6 else "Lemuria", "9074729"] for n in range(10)]
    desk.clean(["Vessel Name", "Flag State", "IMO Number"], [*rows, ["LAST", "NOR", "9074728"]])
    house = House(desk)
    yield house
    house.close()


@pytest.fixture
def open_counter(database_url: str, tmp_path: Path) -> Iterator[Open]:
    """A factory: keyword arguments are settings."""
    made: list[Counter] = []

    def open_(**settings: Any) -> Counter:
        made.append(
            Counter(database_url, Settings(**{"object_store": str(tmp_path / "objects"), **settings}))
        )
        return made[-1]

    yield open_
    for counter in made:
        counter.close()


@pytest.fixture
def counter(open_counter: Open) -> Counter:
    return open_counter()
