"""docs/lineage.md says where every column of the analysts' views comes from, as the views are now."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from workers import deploy_tree, paths
from workers import view_lineage as lineage
from workers.deploy_tree import ObjectFile, references
from workers.errors import OceanidError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lineage.md"


@pytest.fixture(scope="module")
def views(server_url: str, template: str) -> list[lineage.ViewLineage]:
    from tests.documents import lasting_database

    with lasting_database(server_url, template) as url, psycopg.connect(url) as conn:
        return lineage.view_lineage(conn)


def test_the_page_is_what_the_views_say(views: list[lineage.ViewLineage]) -> None:
    assert PAGE.read_text(encoding="utf-8") == lineage.page(views), (
        "python -m workers.view_lineage writes it anew"
    )


def test_every_column_of_every_view_has_a_source_or_is_stated_constant(
    db: psycopg.Connection, views: list[lineage.ViewLineage]
) -> None:
    query = """
        SELECT 'curated.' || c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'curated'::regnamespace AND c.relkind = 'v'
    """
    there = set(db.execute(query).fetchall())
    told = {
        (view.name, column.name)
        for view in views
        for column in view.columns
        if column.sources or column.constants
    }
    assert told == there
    assert all(column.description for view in views for column in view.columns)


def test_every_source_is_a_column_of_a_table(
    db: psycopg.Connection, views: list[lineage.ViewLineage]
) -> None:
    query = """
        SELECT n.nspname || '.' || c.relname || '.' || a.attname FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relkind IN ('r', 'p')
    """
    tables = {row[0] for row in db.execute(query).fetchall()}
    assert {source for view in views for column in view.columns for source in column.sources} <= tables


@pytest.mark.parametrize(
    ("view", "column", "sources", "constants"),
    [
        ("current_fleet", "flag_name", {"ref.country.name"}, set()),
        ("authorisations_in_force", "vessel_name", {"curated.vessels.vessel_name"}, set()),
        (
            "expiring_authorisations",
            "renewed",
            {"curated.authorisations.ends_on", "curated.authorisations.open_ended"},
            set(),
        ),
        ("documents", "listed_on", {"stage.documents.listed_on", "stage.documents.received_at"}, set()),
        ("vessels_by_rfmo_and_flag", "vessels", set(), {"number of rows"}),
        ("vessel_history", "source_name", {"stage.source.source_name"}, set()),
    ],
)
def test_a_column_is_followed_to_the_tables(
    views: list[lineage.ViewLineage], view: str, column: str, sources: set[str], constants: set[str]
) -> None:
    (found,) = [c for v in views if v.name == f"curated.{view}" for c in v.columns if c.name == column]
    assert (set(found.sources), set(found.constants)) == (sources, constants)


def test_a_view_that_cannot_be_followed_is_named(
    db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "CREATE OR REPLACE VIEW curated.odd AS SELECT EXISTS (SELECT FROM curated.vessels AS v WHERE v.id > 0) AS y;"
    db.execute(text)
    odd = ObjectFile("db/views/curated/odd.sql", "view", "curated", "odd", text, *references(text))
    files = deploy_tree.object_files(paths.db())
    monkeypatch.setattr(lineage, "object_files", lambda _: [*files, odd])
    with pytest.raises(OceanidError, match="where y comes from") as error:
        lineage.view_lineage(db)
    assert error.value.hint
