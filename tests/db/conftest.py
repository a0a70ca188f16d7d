"""What the tests of the database's own functions and views share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.documents import Desk, lasting_database


@pytest.fixture(scope="session")
def vocabulary(server_url: str, template: str) -> Iterator[psycopg.Connection]:
    """A read-only connection (autocommit) to a migrated database that no test may change."""
    with (
        lasting_database(server_url, template) as url,
        psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=on") as conn,
    ):
        yield conn


@pytest.fixture
def ask(vocabulary: psycopg.Connection) -> Callable[..., object]:
    """`ask('clean.fold', text)` is what the function answers; further arguments follow."""

    def call(function: str, *arguments: object) -> object:
        marks = ", ".join("%s" for _ in arguments)
        row = vocabulary.execute(f"SELECT {function}({marks})", arguments).fetchone()
        assert row is not None
        return row[0]

    return call


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A database of the test's own, and the real way of documents into it."""
    desk = Desk(database_url, tmp_path)
    yield desk
    desk.close()
