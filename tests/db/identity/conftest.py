"""Fixtures of the tests of identity."""

from __future__ import annotations

import psycopg
import pytest

from tests.db.identity.fleet import Fleet


@pytest.fixture
def fleet(db: psycopg.Connection) -> Fleet:
    return Fleet(db)
