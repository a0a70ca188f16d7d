"""docs/analysts.md: every query runs, as an analyst, and has the columns that stand above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.documents import Desk, lasting_database
from tests.fleets import promote_fleet

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "analysts.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n-- columns: (.*?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EMPTY_HERE = {"expiring_authorisations", "possible_duplicates", "conflicts"}
"""What the small fleet has none of, and queries about a time before it was promoted."""


@pytest.fixture(scope="module")
def analyst(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection]:
    with lasting_database(server_url, template) as url:
        desk = Desk(url, tmp_path_factory.mktemp("fleet"))
        promote_fleet(desk)
        desk.close()
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("SET ROLE oceanid_analyst")
            yield conn


def test_the_page_has_its_queries() -> None:
    assert len(QUERIES) == PAGE.count("```sql") >= 15


@pytest.mark.parametrize(("columns", "query"), QUERIES, ids=lambda text: re.sub(r"\W+", "_", text)[-40:])
def test_a_query_of_the_page_returns_what_it_says(
    analyst: psycopg.Connection, columns: str, query: str
) -> None:
    cursor = analyst.execute(query.encode())
    assert [column.name for column in cursor.description or ()] == columns.split(", ")
    rows = cursor.fetchall()
    if not any(name in query for name in EMPTY_HERE) and "1 hour" not in query:
        assert rows


def test_every_view_and_function_for_analysts_is_on_the_page(analyst: psycopg.Connection) -> None:
    views = analyst.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'curated'::regnamespace AND relkind = 'v'"
    ).fetchall()
    finders = analyst.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'curated'::regnamespace"
        " AND proname ~ '^(find_|vessels_|authorisations_|changes_|trace|best_value)'"
    ).fetchall()
    parts = {"statements", "sources", "documents", "current_authorisations"}  # what the others are made of
    missing = {name for (name,) in [*views, *finders] if not re.search(rf"\b{name}\b", PAGE)}
    assert missing <= parts
