"""`oceanid migrate`: bring a database to what the tree under `db/` says, or change nothing.

One transaction under one advisory lock: roles, Alembic revisions, then (when a file or the revision changed)
all functions and views in dependency order, then grants, then reference data. Everything is made as
`oceanid_owner`.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from workers import database, deploy_reference, deploy_revisions, paths
from workers.deploy_drift import Deployed, deployed, pin_search_path, server_major
from workers.deploy_objects import CatalogObject, Deployer, catalog
from workers.deploy_tree import ObjectFile, digest, object_files
from workers.errors import DeployError, OceanidError, from_database

_LOCK = int.from_bytes(hashlib.sha256(b"oceanid migrate").digest()[:8], "big", signed=True)
# A revision that has to change a table under our views: they make way and come back.
_BLOCKED_BY_DEPENDENTS = (psycopg.errors.DependentObjectsStillExist, psycopg.errors.FeatureNotSupported)


@dataclass
class MigrationReport:
    """What one migrate did. Empty lists and `changed = False` where there was nothing to do."""

    revisions: list[str] = field(default_factory=list)
    deployed: list[str] = field(default_factory=list)
    """Identities of functions and views whose definition is new or different."""
    dropped: list[str] = field(default_factory=list)
    """Identities that no file defines any more."""
    reference: dict[str, int] = field(default_factory=dict)
    """Rows inserted, updated or removed, by table whose file was loaded."""
    granted: bool = False
    seconds: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether anything was done at all."""
        return bool(self.revisions or self.deployed or self.dropped or self.reference or self.granted)


def migrate(url: str, *, db: Path | None = None) -> MigrationReport:
    """Deploy the tree `db` (this installation's own where None) into the database at `url`.

    Safe to call twice and from several processes at once: the second finds nothing to do. Raises DeployError
    (the database is then as it was before) or DatabaseUnavailable.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    began = time.monotonic()
    db = db or paths.db()
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: database.connect(url, application_name="oceanid migrate"),
        poolclass=NullPool,
        use_native_hstore=False,
    )
    report = MigrationReport()
    try:
        with engine.connect() as connection, connection.begin():
            conn = connection.connection.driver_connection
            assert isinstance(conn, psycopg.Connection)
            _Migration(conn, connection, db, report).run()
    except psycopg.Error as error:
        raise from_database(error) from error
    finally:
        engine.dispose()
    report.seconds = time.monotonic() - began
    return report


@dataclass
class _Migration:
    conn: psycopg.Connection[Any]
    connection: Any
    db: Path
    report: MigrationReport

    def run(self) -> None:
        """All steps, in the open transaction."""
        conn = self.conn
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        pin_search_path(conn)
        files = object_files(self.db)
        references = deploy_reference.reference_files(self.db)
        self._check_server()

        known = deployed(conn)
        pending = self._pending(known)
        stale = pending or self._objects_differ(files, known)
        grants = digest(self._read("grants.sql"))
        grants_differ = stale or known.get("db/grants.sql", Deployed.none()).sha256 != grants
        to_load = [
            f for f in references if pending or known.get(f.qualified, Deployed.none()).sha256 != f.sha256
        ]
        gone = [
            k
            for k, d in known.items()
            if d.kind == "reference" and k not in {f.qualified for f in references}
        ]
        if not (stale or grants_differ or to_load or gone):
            return

        self._become_owner()
        before = {i: o.definition_sha256 for i, o in catalog(conn).items()}
        if pending:
            self._upgrade(known)
        if stale:
            self._deploy(files, before)
        if to_load:
            self.report.reference = deploy_reference.load(conn, to_load)
            for file in to_load:
                self._record(file.qualified, "reference", file.path, file.sha256)
        conn.execute("DELETE FROM ops.deployed_object WHERE object_identity = ANY(%s)", [gone])
        if grants_differ:
            # As whoever connected: an administrator may also grant on what belongs to an extension.
            self._record("db/grants.sql", "grants", "db/grants.sql", grants)
            conn.execute("SET LOCAL ROLE NONE")
            deploy_revisions.execute_file(conn, "db/grants.sql", self._read("grants.sql"))
            self.report.granted = True

    # -- steps
    # ------------------------------------------------------------------------------------------------

    def _check_server(self) -> None:
        major = server_major(self.conn)
        if not 15 <= major <= 18:
            raise DeployError(
                f"PostgreSQL {major} is not supported.", hint="Use PostgreSQL 15, 16, 17 or 18."
            )
        encoding = self.conn.execute("SELECT current_setting('server_encoding')").fetchone()
        if encoding != ("UTF8",):
            raise DeployError(
                f"The database is encoded in {encoding[0] if encoding else '?'}; Oceanid needs UTF8.",
                hint="CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8', and point DATABASE_URL at it.",
            )

    def _become_owner(self) -> None:
        try:
            deploy_revisions.execute_file(self.conn, "db/roles.sql", self._read("roles.sql"))
            self.conn.execute("SET LOCAL ROLE oceanid_owner")
        except (OceanidError, psycopg.errors.InsufficientPrivilege) as error:
            raise DeployError(
                f"Oceanid's roles cannot be made or used: {error}",
                hint="Connect as a superuser, or as the database's owner with CREATEROLE.",
            ) from error

    def _pending(self, known: dict[str, Deployed]) -> list[str]:
        """Revisions still to run. Raises DeployError where an applied one was changed or is unknown here."""
        line = deploy_revisions.revisions(self.db)
        at = deploy_revisions.applied(self.conn)
        numbers = [r.revision for r in line]
        if at is not None and at not in numbers:
            raise DeployError(
                f"The database is at revision {at}, which this installation does not know.",
                hint="Install the newer release of Oceanid that migrated it.",
            )
        done = numbers.index(at) + 1 if at is not None else 0
        for revision in line[:done]:
            before = known.get(f"revision {revision.revision}")
            if before and before.sha256 != revision.sha256:
                raise DeployError(
                    f"{revision.sql.name} was changed after it had been applied to this database.",
                    hint="Put it back and write a new revision; while developing, start with a new database.",
                )
        return numbers[done:]

    def _upgrade(self, known: dict[str, Deployed]) -> None:
        conn = self.conn
        at = deploy_revisions.applied(conn)
        conn.execute("CREATE SCHEMA IF NOT EXISTS ops")
        managed = {i for i, d in known.items() if d.kind in ("function", "view")}
        others = catalog(conn).keys()
        try:
            with conn.transaction():
                deploy_revisions.upgrade(self.connection, self.db)
        except DeployError as error:
            if not isinstance(error.__cause__, _BLOCKED_BY_DEPENDENTS):
                raise
            Deployer(conn, [], managed).drop_all()
            deploy_revisions.upgrade(self.connection, self.db)
        pin_search_path(conn)
        for identity, found in catalog(conn).items():
            if identity not in others:
                self._record(identity, f"revision {found.kind}", "db/migrations", "", found.definition_sha256)
        line = deploy_revisions.revisions(self.db)
        numbers = [r.revision for r in line]
        for revision in line:
            path = revision.sql.relative_to(self.db.parent).as_posix()
            self._record(f"revision {revision.revision}", "revision", path, revision.sha256)
        self.report.revisions = numbers[numbers.index(at) + 1 if at else 0 :]
        conn.execute("SELECT ops.guard_operator_edits()")

    def _deploy(self, files: list[ObjectFile], before: dict[str, str]) -> None:
        known = deployed(self.conn)
        managed = {i for i, d in known.items() if d.kind in ("function", "view")}
        major = str(server_major(self.conn))
        self._refuse_others(files, known)
        Deployer(self.conn, files, managed).run()
        sources = {(f.kind, f.qualified): f for f in files}
        now = catalog(self.conn)
        made = {i: o for i, o in now.items() if _belongs(o, sources, known)}
        self.conn.execute(
            "DELETE FROM ops.deployed_object "
            "WHERE object_kind IN ('function', 'view') AND object_identity <> ALL(%s)",
            [list(made)],
        )
        for identity, found in made.items():
            file = sources[found.kind, found.qualified]
            self._record(identity, found.kind, file.path, file.sha256, found.definition_sha256)
        for identity, entry in known.items():
            if entry.kind.startswith("revision ") and identity not in now:
                self.conn.execute("DELETE FROM ops.deployed_object WHERE object_identity = %s", [identity])
            elif entry.kind.startswith("revision ") and known.get("server", Deployed.none()).sha256 != major:
                # Another major version may word the same definition in another way.
                self._record(identity, entry.kind, entry.path, "", now[identity].definition_sha256)
        self._record("server", "server", "", major)
        self.report.deployed = sorted(i for i, o in made.items() if before.get(i) != o.definition_sha256)
        self.report.dropped = sorted(i for i in managed if i not in now)

    # -- inside
    # -----------------------------------------------------------------------------------------------

    def _objects_differ(self, files: list[ObjectFile], known: dict[str, Deployed]) -> bool:
        """Whether a file, the catalog, or the server's major version is not what the last deployment left."""
        now = {i: o.definition_sha256 for i, o in catalog(self.conn).items()}
        ours = {i: d for i, d in known.items() if d.definition_sha256 is not None}
        recorded = {d.path: d.sha256 for d in ours.values() if d.kind in ("function", "view")}
        return (
            recorded != {f.path: f.sha256 for f in files}
            or any(
                now.get(i) != d.definition_sha256 for i, d in ours.items() if d.kind in ("function", "view")
            )
            or known.get("server", Deployed.none()).sha256 != str(server_major(self.conn))
        )

    def _refuse_others(self, files: list[ObjectFile], known: dict[str, Deployed]) -> None:
        """Raise DeployError where somebody else's object has the name of one of our files."""
        names = {(f.kind, f.qualified) for f in files}
        taken = [
            i for i, o in catalog(self.conn).items() if (o.kind, o.qualified) in names and i not in known
        ]
        if taken:
            raise DeployError(
                "Oceanid did not make these objects, but has to: " + ", ".join(sorted(taken)),
                hint="Drop or rename them, then repeat `oceanid migrate`.",
            )
        revision = [
            i
            for i, o in catalog(self.conn).items()
            if (o.kind, o.qualified) in names and i in known and known[i].kind.startswith("revision")
        ]
        if revision:
            raise DeployError("Both a revision and a file define: " + ", ".join(sorted(revision)))

    def _record(
        self, identity: str, kind: str, path: str, sha256: str, definition: str | None = None
    ) -> None:
        self.conn.execute(
            """
            INSERT INTO ops.deployed_object AS d (object_identity, object_kind, path, sha256,
            definition_sha256) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (object_identity) DO UPDATE SET
            (object_kind, path, sha256, definition_sha256, deployed_at) = (EXCLUDED.object_kind,
            EXCLUDED.path, EXCLUDED.sha256, EXCLUDED.definition_sha256, now()) WHERE (d.object_kind, d.path,
            d.sha256, d.definition_sha256) IS DISTINCT FROM (EXCLUDED.object_kind, EXCLUDED.path,
            EXCLUDED.sha256, EXCLUDED.definition_sha256) """,
            [identity, kind, path, sha256, definition],
        )

    def _read(self, name: str) -> str:
        return (self.db / name).read_text(encoding="utf-8")


def _belongs(
    found: CatalogObject, sources: dict[tuple[str, str], ObjectFile], known: dict[str, Deployed]
) -> bool:
    entry = known.get(found.identity)
    if entry is not None and entry.kind.startswith("revision"):
        return False
    return (found.kind, found.qualified) in sources
