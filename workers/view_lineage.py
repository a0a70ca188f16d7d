"""Where the columns of the analysts' views come from, read from the views' own SQL: `python -m workers.view_lineage`.

sqlglot follows each column of a view through the views and subqueries below to columns of tables; the database
says which columns there are. The result is docs/lineage.md; a test holds the page to the views.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp, parse
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from workers import paths
from workers.database import connect, database_url
from workers.deploy_tree import ObjectFile, object_files
from workers.errors import OceanidError
from workers.runtime_types import Connection
from workers.settings import get_settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "lineage.md"
SCHEMA = "curated"

_COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL), c.relkind = 'v',
    col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname, c.relname, a.attnum
"""

_HEAD = """# Where the columns come from

Written by `python -m workers.view_lineage` from the SQL of the views; do not edit. Each column of each view of
`curated`, with the columns of tables that its value is made of. Where a value comes from a cell of a list,
`curated.trace` goes on from there: to the cells, the rules, the decisions and the file.
"""


@dataclass(frozen=True)
class ColumnLineage:
    """A column of a view: the tables' columns that its value is made of, and the constants that it may be."""

    name: str
    description: str
    sources: tuple[str, ...]
    constants: tuple[str, ...]


@dataclass(frozen=True)
class ViewLineage:
    """A view of `curated` and its columns."""

    name: str
    description: str
    columns: tuple[ColumnLineage, ...]


def view_lineage(connection: Connection) -> list[ViewLineage]:
    """The columns of all views of `curated`, by name of the view, each with its sources.

    Raises OceanidError, or sqlglot's own SqlglotError, where a view cannot be followed.
    """
    with connection.transaction():
        # Every name with its schema, whatever the session's search path is.
        connection.execute("SET LOCAL search_path = pg_catalog")
        columns = connection.execute(_COLUMNS).fetchall()
    views = {file.qualified: _query(file) for file in object_files(paths.db()) if file.kind == "view"}
    schema: dict[str, Any] = {}
    for namespace, relation, column, kind, *_ in columns:
        schema.setdefault(namespace, {}).setdefault(relation, {})[column] = kind
    found: dict[str, tuple[str, list[ColumnLineage]]] = {}
    scopes: dict[str, Scope] = {}
    for namespace, relation, column, _, is_view, description, about in columns:
        if namespace != SCHEMA or not is_view:
            continue
        name = f"{namespace}.{relation}"
        if name not in scopes:
            scopes[name] = _scope(name, views, schema)
        node = lineage(column, scopes[name].expression, schema, scope=scopes[name], dialect="postgres")
        found.setdefault(name, (about or "", []))[1].append(_leaves(column, description or "", node))
    return [ViewLineage(name, about, tuple(parts)) for name, (about, parts) in found.items()]


def _query(file: ObjectFile) -> exp.Query:
    created = next(s for s in parse(file.text, dialect="postgres") if isinstance(s, exp.Create))
    query = created.expression
    assert isinstance(query, exp.Query)
    # Every column of a view is written with its table, so that what a join compares says nothing about where
    # values come from; and sqlglot refuses a USING that several tables before it could be meant by.
    for join in query.find_all(exp.Join):
        if join.args.get("using"):
            join.set("using", None)
            join.set("on", exp.true())
    return query


def _scope(name: str, views: dict[str, exp.Query], schema: dict[str, Any]) -> Scope:
    """A view with the views below it in its place, every column with its table."""
    below: dict[str, Any] = {view: query for view, query in views.items() if view != name}
    whole = exp.expand(views[name], below, dialect="postgres")
    qualified = qualify(
        whole, dialect="postgres", schema=schema, validate_qualify_columns=False, identify=False
    )
    scope = build_scope(qualified)
    assert scope is not None
    return scope


def _leaves(column: str, description: str, node: Node) -> ColumnLineage:
    sources: set[str] = set()
    constants: set[str] = set()
    for leaf in node.walk():
        if leaf.downstream:
            continue
        if isinstance(leaf.expression, exp.Table):
            name = leaf.name.rpartition(".")[2].strip('"')
            sources.add(f"{leaf.expression.db}.{leaf.expression.name}.{name}")
            continue
        value = leaf.expression.unalias()
        while isinstance(value, exp.Cast):
            value = value.this
        if value.find(exp.Count):
            constants.add("number of rows")
        elif isinstance(value, exp.Literal | exp.Null | exp.Boolean):
            constants.add(value.sql(dialect="postgres"))
        else:
            raise OceanidError(
                f"sqlglot does not see where {node.name} comes from: {leaf.name}, {value.sql(dialect='postgres')}.",
                hint="Write the view with joins of subqueries in place of LATERAL and EXISTS.",
            )
    return ColumnLineage(column, description, tuple(sorted(sources)), tuple(sorted(constants)))


def page(views: list[ViewLineage]) -> str:
    """docs/lineage.md."""
    parts = [_HEAD]
    for view in views:
        parts.append(
            f"\n## {view.name}\n\n{view.description}\n\n| column | what it is | made of |\n|---|---|---|\n"
        )
        parts.extend(
            f"| `{c.name}` | {_cell(c.description)} | {_cell(_made_of(c))} |\n" for c in view.columns
        )
    return "".join(parts)


def _made_of(column: ColumnLineage) -> str:
    made = [f"`{source}`" for source in column.sources]
    made += [text if text == "number of rows" else f"constant `{text}`" for text in column.constants]
    return ", ".join(made)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page from the database that the settings name, which must be migrated."""
    with connect(database_url(get_settings()), application_name="oceanid lineage") as connection:
        PAGE.write_text(page(view_lineage(connection)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
