"""Which functions of the database did the tests call?

The server counts calls (`track_functions`); each test's database is asked before it is dropped. Small SQL functions are
inlined into their callers and then not counted: those are called when something that was called, or a test, names them.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import psycopg

from workers import paths
from workers.deploy_objects import SCHEMAS
from workers.deploy_tree import object_files

TESTS = Path(__file__).parent


def record(url: str, run: Path) -> None:
    """Add the functions called in this database to the run's list."""
    with psycopg.connect(url, autocommit=True) as conn:
        # A connection's counts arrive with its end, which is a moment after the client's close().
        deadline = time.monotonic() + 0.5
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        while conn.execute(others).fetchone() != (0,) and time.monotonic() < deadline:
            time.sleep(0.005)
        rows = conn.execute(
            "SELECT schemaname || '.' || funcname FROM pg_stat_user_functions WHERE schemaname = ANY(%s)",
            [SCHEMAS],
        ).fetchall()
    if rows:
        with (run / f"called-{os.getpid()}").open("a") as file:
            file.writelines(f"{row[0]}\n" for row in rows)


def never_called(run: Path) -> list[str]:
    """Functions of `db/functions` that were neither counted nor, where they can be inlined, reached by a name."""
    counted = {line for file in run.glob("called-*") for line in file.read_text().splitlines()}
    files = object_files(paths.db())
    known = {f.qualified for f in files}
    uses = {f.qualified: (f.hard | f.soft) & known for f in files}
    text = "\n".join(p.read_text() for p in sorted(TESTS.rglob("*.py")))
    reached: set[str] = set()
    waiting = [n for n in known if n in counted or re.search(rf"\b{re.escape(n)}\b", text)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += uses[name]
    functions = [f for f in files if f.kind == "function"]
    inlined = {f.qualified for f in functions if re.search(r"\blanguage\s+sql\b", f.text, re.IGNORECASE)}
    return [f.qualified for f in functions if f.qualified not in counted | (inlined & reached)]
