"""The tree under `db/`: which files there are, their hashes, and the order in which they can be created.

The order is read from the files: every schema-qualified name that is another file's object is a reference.
sqlglot's tokenizer finds them, so names in comments and in text literals do not count. What stands in a
plpgsql body is only looked up when the function runs; such references give way where they would close a
circle.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlglot import TokenType, tokenize
from sqlglot.errors import TokenError

from workers.errors import DeployError

_QUALIFIED = re.compile(r"\b([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)\b")
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


@dataclass(frozen=True)
class ObjectFile:
    """One file of `db/functions` or `db/views`. `hard` and `soft` name what it refers to, as
    `schema.name`."""

    path: str
    kind: str
    schema: str
    name: str
    text: str
    hard: frozenset[str] = field(compare=False)
    soft: frozenset[str] = field(compare=False)

    @property
    def qualified(self) -> str:
        """`schema.name`, as other files refer to it."""
        return f"{self.schema}.{self.name}"

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return digest(self.text)


def digest(text: str) -> str:
    """sha256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def object_files(db: Path) -> list[ObjectFile]:
    """All files of functions and views, in an order in which they can be created.

    Raises DeployError where two objects cannot be made without each other, or a file does not define what its
    path says.
    """
    files = []
    for folder, kind in (("functions", "function"), ("views", "view")):
        for path in sorted((db / folder).glob("*/*.sql")):
            text = path.read_text(encoding="utf-8")
            hard, soft = references(text)
            files.append(
                ObjectFile(
                    path.relative_to(db.parent).as_posix(),
                    kind,
                    path.parent.name,
                    path.stem,
                    text,
                    hard,
                    soft,
                )
            )
    return in_order(files)


def references(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Qualified names that must exist when the statement runs, and those only met when a plpgsql body
    does."""
    hard: set[str] = set()
    soft: set[str] = set()
    try:
        tokens = list(tokenize(text, read="postgres"))
    except TokenError:
        # A literal the tokenizer does not know. A reference too many only costs freedom of order.
        stripped = _NOISE.sub(" ", text)
        return frozenset(f"{a}.{b}" for a, b in _QUALIFIED.findall(stripped)), frozenset()
    language = ""
    for i, token in enumerate(tokens):
        if token.text.lower() == "language" and i + 1 < len(tokens):
            language = tokens[i + 1].text.lower()
        if token.token_type == TokenType.DOT and 0 < i < len(tokens) - 1:
            hard.add(f"{tokens[i - 1].text}.{tokens[i + 1].text}".lower())
    for token in tokens:
        if token.token_type == TokenType.HEREDOC_STRING:
            inner_hard, inner_soft = references(token.text)
            (soft if language == "plpgsql" else hard).update(inner_hard | inner_soft)
    return frozenset(hard), frozenset(soft - hard)


def in_order(files: Iterable[ObjectFile]) -> list[ObjectFile]:
    """Files sorted so that each comes after what it refers to; ties by path, so the order is always the
    same."""
    by_name: dict[str, list[ObjectFile]] = {}
    remaining: dict[str, ObjectFile] = {}
    for file in sorted(files, key=lambda f: f.path):
        by_name.setdefault(file.qualified, []).append(file)
        remaining[file.path] = file

    def needed(names: frozenset[str], by: str) -> set[str]:
        return {f.path for n in names for f in by_name.get(n, ()) if f.path != by}

    hard = {p: needed(f.hard, p) for p, f in remaining.items()}
    both = {p: hard[p] | needed(f.soft, p) for p, f in remaining.items()}
    done: list[ObjectFile] = []
    while remaining:
        ready = [p for p in remaining if not both[p] & remaining.keys()]
        if not ready:
            # A circle through plpgsql bodies: open it at the first file that needs nothing to be created.
            ready = [p for p in remaining if not hard[p] & remaining.keys()][:1]
        if not ready:
            raise DeployError(
                "These files need each other to be created: "
                + ", ".join(sorted(_circle(hard, set(remaining)))),
                hint="Move what they share into an object of its own.",
            )
        for path in ready:
            done.append(remaining.pop(path))
    return done


def _circle(needs: dict[str, set[str]], among: set[str]) -> set[str]:
    path = min(among)
    seen: list[str] = []
    while path not in seen:
        seen.append(path)
        path = min(needs[path] & among)
    return set(seen[seen.index(path) :])
