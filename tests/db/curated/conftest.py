"""A promoted fleet that the tests of a module share: they read, or change only what no other test looks at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.documents import Desk, lasting_database
from tests.fleets import promote_fleet


@pytest.fixture(scope="module")
def fleet(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two regional bodies' lists of 2024 and 2025, promoted."""
    with lasting_database(server_url, template) as url:
        desk = Desk(url, tmp_path_factory.mktemp("fleet"))
        promote_fleet(desk)
        yield desk
        desk.close()
