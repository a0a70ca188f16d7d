"""Lint for the SQL of `db/`: `python -m tests.sql_lint`, and as a test.

Every file is parsed by PostgreSQL's own parser (pglast), plpgsql bodies included. Format rules: UTF-8, no tabs, no
blanks at line ends, one newline at the end, lines of at most 130 characters (prose in literals excepted), reserved
words in capitals.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from workers import paths

WIDTH = 130
# Constants and a few words that are names as often as syntax may be written either way.
_EITHER = {
    "true",
    "false",
    "null",
    "default",
    "user",
    "name",
    "new",
    "old",
    "some",
    "any",
    "all",
    "array",
    "row",
}


def problems(path: Path, db: Path) -> list[str]:
    """What is wrong with one file, as `path:line: cause`."""
    from pglast import parse_plpgsql, parse_sql
    from pglast.parser import ParseError, scan

    name = path.relative_to(db.parent).as_posix()
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"{name}:1: not UTF-8: {error}"]
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            found.append(f"{name}:{number}: tab")
        if line != line.rstrip():
            found.append(f"{name}:{number}: blank at the end of the line")
        if len(line) > WIDTH and "'" not in line:
            found.append(f"{name}:{number}: {len(line)} characters, at most {WIDTH}")
    if not text.endswith("\n") or text.endswith("\n\n"):
        found.append(f"{name}:{text.count(chr(10)) or 1}: the file must end with one newline")
    try:
        parse_sql(text)
        for statement in re.findall(
            r"CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b.*?\$\$;", text, re.DOTALL
        ):
            if re.search(r"\bLANGUAGE\s+plpgsql\b", statement, re.IGNORECASE):
                parse_plpgsql(statement)
    except ParseError as error:
        # The parser alone has no catalog; a variable of a table's row type is checked by the server at deployment.
        if "LookupExplicitNamespace" not in str(error):
            return [*found, f"{name}: {error}"]
    for token in scan(text):
        word = text[token.start : token.end + 1]
        if text[token.start - 1 : token.start] == ".":
            continue  # a name of ours, such as pgmq.create
        if token.kind == "RESERVED_KEYWORD" and not word.isupper() and word.lower() not in _EITHER:
            line = text[: token.start].count("\n") + 1
            found.append(f"{name}:{line}: {word} must be {word.upper()}")
    return found


def main() -> int:
    """Print all problems; 1 where there are any."""
    db = paths.db()
    files = sorted(db.rglob("*.sql"))
    found = [problem for path in files for problem in problems(path, db)]
    for problem in found:
        print(problem)
    print(f"{len(files)} SQL files, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
