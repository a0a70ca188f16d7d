"""The versioned lane: Alembic revisions, each of which executes one SQL file exactly as it is."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection

from workers.deploy_tree import digest
from workers.errors import DeployError

_REVISION = re.compile(r'^revision\s*=\s*"([^"]+)"', re.MULTILINE)
_DOWN = re.compile(r'^down_revision\s*=\s*(?:"([^"]+)"|None)', re.MULTILINE)
# Alembic keeps the running migration in module variables: one at a time in a process.
_ALEMBIC = threading.Lock()


@dataclass(frozen=True)
class Revision:
    """One revision: its number, the one before it, the SQL file it executes and that file's hash."""

    revision: str
    down: str | None
    sql: Path
    sha256: str


def revisions(db: Path) -> list[Revision]:
    """All revisions of the tree, oldest first. Raises DeployError unless they are one unbroken line."""
    found: dict[str | None, Revision] = {}
    for path in sorted((db / "migrations" / "versions").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        number, down = _REVISION.search(text), _DOWN.search(text)
        if not number or not down:
            raise DeployError(f"{path.name} does not state revision and down_revision.")
        sql = db / "migrations" / "sql" / f"{path.stem}.sql"
        if not sql.exists():
            raise DeployError(f"Revision {number[1]} lacks its SQL file {sql.name}.")
        if down[1] in found:
            raise DeployError(
                f"Two revisions follow {down[1] or 'the empty database'}: renumber one of them."
            )
        found[down[1]] = Revision(number[1], down[1], sql, digest(sql.read_text(encoding="utf-8")))
    line: list[Revision] = []
    while (following := found.pop(line[-1].revision if line else None, None)) is not None:
        line.append(following)
    if found:
        raise DeployError("Revisions without a predecessor: " + ", ".join(r.revision for r in found.values()))
    return line


def applied(conn: psycopg.Connection[Any]) -> str | None:
    """The revision the database is at; None for an empty one."""
    if conn.execute("SELECT to_regclass('ops.alembic_version')").fetchone() == (None,):
        return None
    row = conn.execute("SELECT version_num FROM ops.alembic_version").fetchone()
    return row[0] if row else None


def upgrade(connection: Connection, db: Path) -> None:
    """Run the revisions that are missing, on the caller's connection and in its transaction."""
    # Imported late: commands that deploy nothing should not wait for Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(db / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")


def raw_connection() -> psycopg.Connection[Any]:
    """Inside a revision: psycopg's own connection. Its cursors send text as it is, colons and percent signs
    included."""
    from alembic import op

    driver = op.get_bind().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def run_sql_file(revision: str) -> None:
    """Inside a revision: execute its SQL file. Raises DeployError naming file and line."""
    from alembic import context

    db = Path(str(context.config.get_main_option("script_location"))).parent
    path = next(r.sql for r in revisions(db) if r.revision == revision)
    execute_file(raw_connection(), path.name, path.read_text(encoding="utf-8"))


def execute_file(conn: psycopg.Connection[Any], name: str, text: str) -> None:
    """Execute a whole file as one simple query. Raises DeployError naming the file and the line at fault."""
    try:
        with conn.cursor() as cursor:
            cursor.execute(text.encode())
    except psycopg.Error as error:
        raise failure(name, text, error) from error


def failure(name: str, text: str, error: psycopg.Error) -> DeployError:
    """The error of a file, with its line."""
    diag = error.diag
    where = name
    if diag.statement_position:
        where += f", line {text.count(chr(10), 0, int(diag.statement_position)) + 1}"
    parts = [diag.message_primary or str(error), diag.message_detail, diag.context]
    return DeployError(f"{where}: " + "; ".join(p for p in parts if p), hint=diag.message_hint)
