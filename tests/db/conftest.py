"""Databases that tests of a whole module share, because none of them changes anything in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import calls
from tests.conftest import _create, _to_database


@pytest.fixture(scope="session")
def vocabulary(server_url: str, template: str) -> Iterator[psycopg.Connection]:
    """A read-only connection (autocommit) to a migrated database that no test of this process may change."""
    name = f"t_vocabulary_{os.getpid()}"
    _create(server_url, name, template)
    url = _to_database(server_url, name)
    with psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=on") as conn:
        yield conn
    calls.record(url, Path(os.environ["OCEANID_TEST_RUN"]))
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def ask(vocabulary: psycopg.Connection):
    """`ask('clean.fold', text)` is what the function answers; further arguments follow."""

    def call(function: str, *arguments: object) -> object:
        marks = ", ".join("%s" for _ in arguments)
        row = vocabulary.execute(f"SELECT {function}({marks})", arguments).fetchone()
        assert row is not None
        return row[0]

    return call
