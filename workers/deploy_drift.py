"""The difference between the tree under `db/`, what was deployed from it, and what the catalog holds now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from workers import deploy_reference, deploy_revisions, paths
from workers.deploy_objects import catalog
from workers.deploy_tree import digest, object_files

DriftKind = Literal["unapplied", "changed file", "changed object", "missing object", "orphan"]


@dataclass(frozen=True)
class Deployed:
    """A row of ops.deployed_object."""

    kind: str
    path: str
    sha256: str
    definition_sha256: str | None

    @classmethod
    def none(cls) -> Deployed:
        """Stands for an object that was never deployed."""
        return cls("", "", "", None)


@dataclass(frozen=True)
class Drift:
    """One difference: what kind, which object or file, and in words what to do about it."""

    kind: DriftKind
    name: str
    cure: str


def deployed(conn: psycopg.Connection[Any]) -> dict[str, Deployed]:
    """ops.deployed_object by identity; empty for a database that was never migrated."""
    if conn.execute("SELECT to_regclass('ops.deployed_object')").fetchone() == (None,):
        return {}
    rows = conn.execute(
        "SELECT object_identity, object_kind, path, sha256, definition_sha256 FROM ops.deployed_object"
    ).fetchall()
    return {row[0]: Deployed(*row[1:]) for row in rows}


def pin_search_path(conn: psycopg.Connection[Any]) -> None:
    """For the rest of the transaction: definitions read from the catalog qualify every name of ours."""
    conn.execute("SELECT set_config('search_path', 'pg_catalog, pg_temp', true)")


def server_major(conn: psycopg.Connection[Any]) -> int:
    """The server's major version, such as 18."""
    return conn.info.server_version // 10_000


def drift(conn: psycopg.Connection[Any], *, db: Path | None = None) -> list[Drift]:
    """Everything in which tree, deployment record and catalog differ; an empty list is a clean bill.

    Reads only. Opens a transaction (or a savepoint) of its own for the search path.
    """
    db = db or paths.db()
    with conn.transaction():
        before = conn.execute("SELECT current_setting('search_path')").fetchone()
        pin_search_path(conn)
        found = _differences(conn, db)
        conn.execute("SELECT set_config('search_path', %s, true)", before)
    return found


def _differences(conn: psycopg.Connection[Any], db: Path) -> list[Drift]:
    again = "Run `oceanid migrate`."
    found: list[Drift] = []
    known = deployed(conn)
    line = deploy_revisions.revisions(db)
    numbers = [r.revision for r in line]
    at = deploy_revisions.applied(conn)
    if at is not None and at not in numbers:
        found.append(
            Drift("unapplied", f"revision {at}", "The database is newer: install that release of Oceanid.")
        )
    elif at != (numbers[-1] if numbers else None):
        done = numbers.index(at) + 1 if at else 0
        found += [Drift("unapplied", f"revision {n}", again) for n in numbers[done:]]
    for revision in line:
        entry = known.get(f"revision {revision.revision}")
        if entry and entry.sha256 != revision.sha256:
            found.append(
                Drift("changed file", entry.path, "An applied revision must not change: put it back.")
            )

    files = {f.path: f.sha256 for f in object_files(db)}
    recorded = {d.path: d.sha256 for d in known.values() if d.kind in ("function", "view")}
    references = {f.path: f.sha256 for f in deploy_reference.reference_files(db)}
    loaded = {d.path: d.sha256 for d in known.values() if d.kind == "reference"}
    grants = {"db/grants.sql": digest((db / "grants.sql").read_text(encoding="utf-8"))}
    granted = {d.path: d.sha256 for d in known.values() if d.kind == "grants"}
    for now, then in ((files, recorded), (references, loaded), (grants, granted)):
        for path in sorted(now.keys() | then.keys()):
            if path not in then:
                found.append(Drift("unapplied", path, again))
            elif path not in now:
                found.append(
                    Drift("orphan", path, "The file is gone; `oceanid migrate` drops what it had defined.")
                )
            elif now[path] != then[path]:
                found.append(Drift("changed file", path, again))

    objects = catalog(conn)
    for identity, entry in sorted(known.items()):
        if entry.definition_sha256 is None:
            continue
        if identity not in objects:
            found.append(Drift("missing object", identity, again))
        elif objects[identity].definition_sha256 != entry.definition_sha256:
            found.append(
                Drift("changed object", identity, f"Changed by hand. {again} It puts back {entry.path}.")
            )
    for identity in sorted(objects.keys() - known.keys()):
        found.append(
            Drift("orphan", identity, "No file defines it: drop it, or move it into another schema.")
        )
    return found
