"""A small tree of its own for tests of the deployment: the real foundation, and a few objects of the test's."""

from __future__ import annotations

import shutil
from pathlib import Path

from workers import paths

REVISION = '''"""{name}"""

from workers.deploy_revisions import run_sql_file

revision = "{revision}"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_file(revision)
'''


class Tree:
    """`db` is what migrate() takes. Starts with revision 0001, roles and grants of the repository."""

    def __init__(self, directory: Path) -> None:
        self.db = directory / "db"
        real = paths.db()
        for folder in ("migrations/versions", "migrations/sql", "functions", "views", "reference"):
            (self.db / folder).mkdir(parents=True)
        for name in ("migrations/env.py", "migrations/script.py.mako", "roles.sql", "grants.sql"):
            shutil.copy(real / name, self.db / name)
        shutil.copy(real / "migrations/versions/0001_foundation.py", self.db / "migrations/versions")
        shutil.copy(real / "migrations/sql/0001_foundation.sql", self.db / "migrations/sql")

    def revision(self, revision: str, down: str, sql: str) -> None:
        """Add a revision that executes `sql`."""
        name = f"{revision}_test"
        (self.db / "migrations/versions" / f"{name}.py").write_text(
            REVISION.format(name=name, revision=revision, down=down)
        )
        (self.db / "migrations/sql" / f"{name}.sql").write_text(sql)

    def function(self, qualified: str, sql: str) -> Path:
        """Write a function's file, new or over the old one."""
        return self._write("functions", qualified, sql)

    def view(self, qualified: str, sql: str) -> Path:
        """Write a view's file, new or over the old one."""
        return self._write("views", qualified, sql)

    def reference(self, qualified: str, csv: str) -> Path:
        """Write a table's reference data."""
        path = self.db / "reference" / f"{qualified}.csv"
        path.write_text(csv)
        return path

    def _write(self, folder: str, qualified: str, sql: str) -> Path:
        schema, _, name = qualified.partition(".")
        path = self.db / folder / schema / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(sql)
        return path
