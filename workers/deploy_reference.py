"""Reference data: keeps the shipped rows of a table in step with `db/reference/<schema>.<table>.csv`.

Rows of operators (`shipped = false`) are never touched, also where they have the key of a row of the file. A
shipped row that left the file is deleted, or, where other rows refer to it, handed over to the operators.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from workers.deploy_tree import digest
from workers.errors import DeployError

_KEYS = """
SELECT array_agg(a.attname::text ORDER BY k.ordinality)
FROM pg_index AS i
CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, ordinality)
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = %s::regclass AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
  AND k.ordinality <= i.indnkeyatts
GROUP BY i.indexrelid, i.indisprimary
ORDER BY i.indisprimary DESC, i.indexrelid
"""

_COLUMNS = """
SELECT a.attname, pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.attgenerated <> ''
FROM pg_attribute AS a
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, confrelid::regclass::text,
       ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (n, o)
             JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY o),
       ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (n, o)
             JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY o)
FROM pg_constraint WHERE contype = 'f'
"""


@dataclass(frozen=True)
class ReferenceFile:
    """One CSV file and the table it belongs to."""

    path: str
    schema: str
    table: str
    text: str

    @property
    def qualified(self) -> str:
        """`schema.table`."""
        return f"{self.schema}.{self.table}"

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return digest(self.text)

    @property
    def identifier(self) -> sql.Identifier:
        """The table's name, quoted."""
        return sql.Identifier(self.schema, self.table)


def reference_files(db: Path) -> list[ReferenceFile]:
    """All CSV files of `db/reference`. Raises DeployError where a name is not `<schema>.<table>.csv`."""
    files = []
    for path in sorted((db / "reference").glob("*.csv")):
        schema, _, table = path.stem.partition(".")
        if not table:
            raise DeployError(f"{path.name} must be called <schema>.<table>.csv.")
        text = path.read_text(encoding="utf-8-sig")
        files.append(ReferenceFile(path.relative_to(db.parent).as_posix(), schema, table, text))
    return files


def load(conn: psycopg.Connection[Any], files: list[ReferenceFile]) -> dict[str, int]:
    """Bring the shipped rows of these tables in step with their files; rows changed by table.

    Runs in the caller's transaction; tables that others refer to come first. Raises DeployError with file and
    cause.
    """
    if not files:
        return {}
    conn.execute("SELECT set_config('oceanid.loading', 'on', true)")
    foreign = conn.execute(_FOREIGN_KEYS).fetchall()
    ordered = _referred_first(files, [(row[0], row[1]) for row in foreign])
    changed = {}
    for file in ordered:
        changed[file.qualified] = _upsert(conn, file)
    for file in reversed(ordered):
        users = [(row[0], row[2], row[3]) for row in foreign if row[1] == file.qualified]
        changed[file.qualified] += _remove(conn, file, users)
        conn.execute(sql.SQL("DROP TABLE {}").format(_loaded(file)))
        # Cleaning plans depend on these tables' sizes, and autovacuum comes too late for the first document.
        conn.execute(sql.SQL("ANALYZE {}").format(file.identifier))
    conn.execute("SELECT set_config('oceanid.loading', 'off', true)")
    return changed


def _upsert(conn: psycopg.Connection[Any], file: ReferenceFile) -> int:
    columns = _header(file)
    known = {
        name: (default, required, generated) for name, default, required, generated in _describe(conn, file)
    }
    wrong = [c for c in columns if c not in known or known[c][2]]
    if wrong:
        raise DeployError(
            f"{file.path}: {file.qualified} has no column {', '.join(wrong)} that can be written."
        )
    if "shipped" not in known:
        raise DeployError(
            f"{file.path}: {file.qualified} lacks the column shipped boolean NOT NULL DEFAULT false."
        )
    if "shipped" in columns:
        raise DeployError(f"{file.path}: leave out the column shipped; the loader sets it.")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    try:
        conn.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} WITH NO DATA").format(
                _loaded(file), names, file.identifier
            )
        )
        with conn.cursor().copy(
            sql.SQL("COPY {} FROM STDIN WITH (FORMAT csv, HEADER match)").format(_loaded(file))
        ) as copy:
            copy.write(file.text.encode())
        for column in columns:
            default, required, _ = known[column]
            if required and default is not None:
                # An empty field of a column that has a default means the default.
                conn.execute(
                    sql.SQL("UPDATE {} SET {} = {} WHERE {} IS NULL").format(
                        _loaded(file), sql.Identifier(column), sql.SQL(default), sql.Identifier(column)
                    )
                )
        key = _key(conn, file, columns)
        _refuse_duplicates(conn, file, key)
        others = [c for c in columns if c not in key]
        action: sql.Composable = sql.SQL("DO NOTHING")
        if others:
            new = sql.SQL(", ").join(sql.SQL("EXCLUDED.{}").format(sql.Identifier(c)) for c in others)
            old = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(c)) for c in others)
            action = sql.SQL(
                "DO UPDATE SET ({}) = ROW ({}) WHERE t.shipped AND ({}) IS DISTINCT FROM ({})"
            ).format(sql.SQL(", ").join(map(sql.Identifier, others)), new, _row(old), _row(new))
        done = conn.execute(
            sql.SQL("INSERT INTO {} AS t ({}, shipped) SELECT {}, true FROM {} ON CONFLICT ({}) {}").format(
                file.identifier,
                names,
                names,
                _loaded(file),
                sql.SQL(", ").join(map(sql.Identifier, key)),
                action,
            )
        )
    except psycopg.Error as error:
        diag = error.diag
        parts = [diag.message_primary or str(error), diag.message_detail, diag.context]
        raise DeployError(
            f"{file.path}: " + "; ".join(p for p in parts if p), hint=diag.message_hint
        ) from error
    return done.rowcount


def _remove(
    conn: psycopg.Connection[Any], file: ReferenceFile, users: list[tuple[str, list[str], list[str]]]
) -> int:
    key = _key(conn, file, _header(file))
    # A key may hold NULLs. Rows written out as text compare them too, and can be hashed, which
    # IS NOT DISTINCT FROM cannot.
    ours_text, theirs_text = (
        sql.SQL("ROW ({})::text").format(sql.SQL(", ").join(sql.Identifier(alias, c) for c in key))
        for alias in "tl"
    )
    matches = sql.SQL("{} = {}").format(ours_text, theirs_text)
    gone = sql.SQL("t.shipped AND NOT EXISTS (SELECT FROM {} AS l WHERE {})").format(_loaded(file), matches)
    used = sql.SQL(" OR ").join(
        sql.SQL("EXISTS (SELECT FROM {} AS u WHERE ({}) = ({}))").format(
            sql.SQL(user),
            sql.SQL(", ").join(sql.Identifier("u", c) for c in their),
            sql.SQL(", ").join(sql.Identifier("t", c) for c in ours),
        )
        for user, their, ours in users
    )
    condition = sql.SQL("{} AND NOT ({})").format(gone, used) if users else gone
    done = conn.execute(sql.SQL("DELETE FROM {} AS t WHERE {}").format(file.identifier, condition)).rowcount
    if users:
        done += conn.execute(
            sql.SQL("UPDATE {} AS t SET shipped = false WHERE {}").format(file.identifier, gone)
        ).rowcount
    return done


def _row(columns: sql.Composable) -> sql.Composable:
    return sql.SQL("ROW ({})").format(columns)


def _loaded(file: ReferenceFile) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"load_{file.schema}_{file.table}"[:60])


def _header(file: ReferenceFile) -> list[str]:
    header = next(csv.reader(io.StringIO(file.text)), [])
    if not header or len(set(header)) != len(header):
        raise DeployError(f"{file.path}: the first line must name each column once.")
    return header


def _describe(conn: psycopg.Connection[Any], file: ReferenceFile) -> list[tuple[str, str | None, bool, bool]]:
    if conn.execute("SELECT to_regclass(%s)", [file.qualified]).fetchone() == (None,):
        raise DeployError(
            f"{file.path}: there is no table {file.qualified}.", hint="Create it in a revision first."
        )
    return conn.execute(_COLUMNS, [file.qualified]).fetchall()


def _key(conn: psycopg.Connection[Any], file: ReferenceFile, columns: list[str]) -> list[str]:
    """The primary key, or else the first unique key, that the file gives values for."""
    for (key,) in conn.execute(_KEYS, [file.qualified]).fetchall():
        if set(key) <= set(columns):
            return list(key)
    raise DeployError(
        f"{file.path}: no primary key and no unique key of {file.qualified} lies within the file's columns.",
        hint="Add the key's columns to the file, or a UNIQUE NULLS NOT DISTINCT key to the table.",
    )


def _refuse_duplicates(conn: psycopg.Connection[Any], file: ReferenceFile, key: list[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, key))
    twice = conn.execute(
        sql.SQL("SELECT ({})::text FROM {} GROUP BY {} HAVING count(*) > 1 LIMIT 5").format(
            _row(names), _loaded(file), names
        )
    ).fetchall()
    if twice:
        raise DeployError(
            f"{file.path}: the same ({', '.join(key)}) twice: " + ", ".join(row[0] for row in twice)
        )


def _referred_first(files: list[ReferenceFile], foreign: list[tuple[str, str]]) -> list[ReferenceFile]:
    remaining = {f.qualified: f for f in files}
    ordered: list[ReferenceFile] = []
    while remaining:
        ready = [
            name
            for name in remaining
            if not any(t == name and ref in remaining and ref != name for t, ref in foreign)
        ]
        for name in ready or list(remaining):
            ordered.append(remaining.pop(name))
    return ordered
