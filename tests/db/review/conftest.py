"""What the tests of the review share."""

from __future__ import annotations

import pytest

from tests.db.review import asking
from tests.documents import Desk


@pytest.fixture
def people(desk: Desk) -> None:
    """Two reviewers, and one who may decide between them."""
    asking.add_reviewers(desk, "maria", "jonas", "chief")
