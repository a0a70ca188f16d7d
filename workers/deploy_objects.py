"""The repeatable lane: create, replace and drop functions and views so that the catalog is what the files
say."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors

from workers.deploy_revisions import failure
from workers.deploy_tree import ObjectFile
from workers.errors import DeployError

SCHEMAS = ["ref", "stage", "clean", "review", "curated", "learn", "ops", "promote", "identity"]

# What CREATE OR REPLACE answers where the signature, the result or the columns changed.
_NOT_REPLACEABLE = (errors.InvalidFunctionDefinition, errors.InvalidTableDefinition, errors.WrongObjectType)

_CATALOG = """
SELECT 'pg_proc'::regclass::oid, p.oid, 'function', n.nspname, p.proname,
       (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity,
       encode(sha256(convert_to(
           CASE WHEN p.prokind = 'a' THEN '' ELSE pg_get_functiondef(p.oid) END, 'UTF8')), 'hex')
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = ANY(%(schemas)s)
UNION ALL
SELECT 'pg_class'::regclass::oid, c.oid, 'view', n.nspname, c.relname,
       (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity,
       encode(sha256(convert_to(pg_get_viewdef(c.oid) || coalesce(c.reloptions::text, ''), 'UTF8')), 'hex')
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(%(schemas)s) AND c.relkind IN ('v', 'm')
"""

_DEPENDENTS = """
SELECT DISTINCT
       CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END,
       CASE WHEN r.oid IS NULL THEN d.objid ELSE r.ev_class END,
       d.deptype = 'i' AND d.classid = 'pg_type'::regclass
FROM pg_depend AS d
LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
WHERE d.refclassid = %s AND d.refobjid = %s
  AND (CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END,
       CASE WHEN r.oid IS NULL THEN d.objid ELSE r.ev_class END) <> (d.refclassid, d.refobjid)
ORDER BY 1, 2
"""


@dataclass(frozen=True)
class CatalogObject:
    """A function or view of our schemas as the catalog has it now."""

    classid: int
    oid: int
    kind: str
    schema: str
    name: str
    identity: str
    definition_sha256: str

    @property
    def qualified(self) -> str:
        """`schema.name`, which is also what a file's path says."""
        return f"{self.schema}.{self.name}"


def catalog(conn: psycopg.Connection[Any]) -> dict[str, CatalogObject]:
    """Functions and views of our schemas by identity. The search path must be `pg_catalog` for stable
    hashes."""
    rows = conn.execute(_CATALOG, {"schemas": SCHEMAS}).fetchall()
    return {row[5]: CatalogObject(*row) for row in rows}


@dataclass
class Deployer:
    """Applies all files to one database, inside the caller's transaction."""

    conn: psycopg.Connection[Any]
    files: list[ObjectFile]
    managed: set[str]
    """Identities that an earlier deployment made; nothing else is ever dropped."""
    dropped: list[str] = field(default_factory=list)
    _queue: list[int] = field(default_factory=list)
    _position: dict[tuple[str, str], int] = field(default_factory=dict)

    def run(self) -> None:
        """Create or replace every file's objects, then drop what no file defines any more."""
        self._position = {(f.kind, f.qualified): i for i, f in enumerate(self.files)}
        self._queue = list(range(len(self.files)))
        while self._queue:
            self._deploy(self.files[heapq.heappop(self._queue)])
        for identity, found in catalog(self.conn).items():
            if identity in self.managed and (found.kind, found.qualified) not in self._position:
                self.drop(found)

    def drop_all(self) -> None:
        """Drop everything an earlier deployment made, to let a revision change a table under it."""
        for identity, found in catalog(self.conn).items():
            if identity in self.managed:
                self.drop(found)

    def drop(self, target: CatalogObject) -> None:
        """Drop an object after everything of ours that depends on it; what still has a file is made again.

        Raises DeployError where the object, or something that depends on it, is not ours.
        """
        order: list[tuple[int, int]] = []
        self._collect((target.classid, target.oid), order, set())
        by_oid = {(o.classid, o.oid): o for o in catalog(self.conn).values()}
        foreign = [key for key in order if key not in by_oid or by_oid[key].identity not in self.managed]
        if foreign:
            names = ", ".join(self._describe(key) for key in foreign)
            raise DeployError(
                f"{target.identity} has to be dropped and made again, but Oceanid did not make: {names}.",
                hint="Drop them (and create them again afterwards), then repeat `oceanid migrate`.",
            )
        for key in order:
            found = by_oid[key]
            verb = "DROP VIEW" if found.kind == "view" else "DROP ROUTINE"
            self.conn.execute(f"{verb} {found.identity}".encode())
            self.dropped.append(found.identity)
            position = self._position.get((found.kind, found.qualified))
            if position is not None and position not in self._queue:
                heapq.heappush(self._queue, position)

    def _deploy(self, file: ObjectFile) -> None:
        before = self._versions(file)
        try:
            with self.conn.transaction():
                self.conn.execute(file.text.encode())
        except _NOT_REPLACEABLE as error:
            owned = [
                o for o in catalog(self.conn).values() if (o.kind, o.qualified) == (file.kind, file.qualified)
            ]
            if not owned:
                raise failure(file.path, file.text, error) from error
            for found in owned:
                if found.identity in catalog(self.conn):
                    self.drop(found)
            self._queue = [i for i in self._queue if self.files[i] is not file]
            heapq.heapify(self._queue)
            self._execute(file)
        except psycopg.Error as error:
            raise failure(file.path, file.text, error) from error
        after = self._versions(file)
        if not after:
            raise DeployError(
                f"{file.path} does not define the {file.kind} {file.qualified}.",
                hint="One object a file, named as the file: db/functions/<schema>/<function>.sql.",
            )
        self.managed |= self._identities(list(after))
        stale = [oid for oid, version in before.items() if after.get(oid) == version]
        if stale and file.kind == "function":
            # The file's signature changed: the function of the old one is nobody's any more.
            for found in catalog(self.conn).values():
                if found.kind == "function" and found.oid in stale and found.identity in self.managed:
                    self.drop(found)
            self._queue = [i for i in self._queue if self.files[i] is not file]
            heapq.heapify(self._queue)

    def _identities(self, oids: list[int]) -> set[str]:
        rows = self.conn.execute(
            "SELECT (pg_identify_object(classid, o, 0)).identity "
            "FROM unnest(%s::oid[]) AS o, "
            "(VALUES ('pg_proc'::regclass), ('pg_class'::regclass)) AS c (classid)",
            [oids],
        ).fetchall()
        return {row[0] for row in rows if row[0] is not None}

    def _execute(self, file: ObjectFile) -> None:
        try:
            self.conn.execute(file.text.encode())
        except psycopg.Error as error:
            raise failure(file.path, file.text, error) from error

    def _versions(self, file: ObjectFile) -> dict[int, str]:
        """The file's objects in the catalog: oid and the place of the row, which moves with every
        replacement."""
        table, name, schema = (
            ("pg_proc", "proname", "pronamespace")
            if file.kind == "function"
            else ("pg_class", "relname", "relnamespace")
        )
        extra = "" if file.kind == "function" else " AND o.relkind = 'v'"
        rows = self.conn.execute(
            f"SELECT o.oid, o.ctid::text FROM {table} AS o JOIN pg_namespace AS n ON n.oid = o.{schema} "
            f"WHERE n.nspname = %s AND o.{name} = %s{extra}".encode(),
            [file.schema, file.name],
        ).fetchall()
        return dict(rows)

    def _collect(
        self, key: tuple[int, int], order: list[tuple[int, int]], seen: set[tuple[int, int]]
    ) -> None:
        if key in seen:
            return
        seen.add(key)
        for classid, oid, is_row_type in self.conn.execute(_DEPENDENTS, key).fetchall():
            if is_row_type:
                # A view's row type and that type's array go with the view; who uses them depends on the view.
                self._collect_users((classid, oid), order, seen)
            else:
                self._collect((classid, oid), order, seen)
        order.append(key)

    def _collect_users(
        self, key: tuple[int, int], order: list[tuple[int, int]], seen: set[tuple[int, int]]
    ) -> None:
        for classid, oid, is_row_type in self.conn.execute(_DEPENDENTS, key).fetchall():
            if is_row_type:
                self._collect_users((classid, oid), order, seen)
            else:
                self._collect((classid, oid), order, seen)

    def _describe(self, key: tuple[int, int]) -> str:
        row = self.conn.execute("SELECT pg_describe_object(%s, %s, 0)", key).fetchone()
        return str(row[0]) if row else str(key)
