"""What the tests of Argilla share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import Desk
from tests.workers.argilla.real_server import RealArgilla, real_argilla


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A database of the test's own, and the real way of documents into it."""
    desk = Desk(database_url, tmp_path)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def server() -> Iterator[RealArgilla]:
    """A real argilla-server; each test has a workspace of its own in it."""
    # In memory where that is possible: its SQLite syncs several times for each response.
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(
            prefix="oceanid-argilla-", dir=memory if os.access(memory, os.W_OK) else None
        ) as home,
        real_argilla(Path(home)) as running,
    ):
        yield running
