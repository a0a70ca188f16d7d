"""What the reader's tests share: limits, a header in a known place, and a table put together from its COPY text."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workers.reader import read
from workers.reader.model import Header, Limits, Preview, ReadOptions

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "vessels"

with (ROOT / "db/reference/stage.limits.csv").open(encoding="utf-8") as _stream:
    LIMITS = Limits.from_rows({row["name"]: int(row["value"]) for row in csv.DictReader(_stream)})

_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}


@dataclass
class Read:
    """A file as the reader read it; cells are None beyond a row's end."""

    facts: dict[str, Any]
    headers: list[list[str]]
    rows: list[list[str | None]]
    types: list[list[str | None]]
    indexes: list[int]
    lines: list[int]
    values: int

    @property
    def warnings(self) -> list[str]:
        return [w["warning"] for w in self.facts["warnings"]]


def read_bytes(
    content: bytes,
    *,
    name: str = "list.csv",
    header_row: int | None = 1,
    options: dict[str, Any] | None = None,
    **limits: int,
) -> Read:
    """Read bytes with the header in `header_row` of the first sheet (0: none)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_path(path, header_row=header_row, options=options, **limits)


def read_path(
    path: Path,
    *,
    sheet_no: int = 1,
    header_row: int | None = 1,
    options: dict[str, Any] | None = None,
    **limits: int,
) -> Read:
    def locate(previews: list[Preview]) -> Header | None:
        if not any(any(cell.strip() for cell in row) for p in previews for row in p.rows):
            return None
        return Header(sheet_no, header_row or 0, 1 if header_row else 0, 1.0, "test")

    with tempfile.TemporaryDirectory() as folder:
        table = read(
            path, 7, ReadOptions.from_json(options or {}), replace(LIMITS, **limits), locate, Path(folder)
        )
        return _assemble(table)


def _assemble(table: Any) -> Read:
    dictionary: dict[tuple[int, int], tuple[str, str]] = {}
    counts: dict[tuple[int, int], int] = {}
    for line in _lines(table.values):
        document_id, position, number, raw_type, text, count = line.split("\t")
        assert document_id == "7"
        key = (int(position), int(number))
        assert key not in dictionary
        dictionary[key] = (raw_type, _unescape(text))
        counts[key] = int(count)
    result = Read(table.facts, table.header_rows, [], [], [], [], len(dictionary))
    for line in _lines(table.rows):
        document_id, index, source_line, numbers = line.split("\t")
        assert document_id == "7"
        assert numbers[0] == "{" and numbers[-1] == "}"
        keys = [(position, int(n)) for position, n in enumerate(numbers[1:-1].split(","), 1)]
        assert len(keys) == table.facts["column_count"]
        for key in keys:
            if key[1]:
                counts[key] -= 1
        result.rows.append([dictionary[k][1] if k[1] else None for k in keys])
        result.types.append([dictionary[k][0] if k[1] else None for k in keys])
        result.indexes.append(int(index))
        result.lines.append(int(source_line))
    assert not any(counts.values()), "every cell is counted in its dictionary, and no other"
    assert table.facts["row_count"] == len(result.rows)
    return result


def _lines(path: Path) -> list[str]:
    content = path.read_bytes().decode("utf-8")
    assert content == "" or content.endswith("\n")
    return content.split("\n")[:-1]


def _unescape(text: str) -> str:
    out, position = [], 0
    while position < len(text):
        pair = text[position : position + 2]
        if pair in _ESCAPES:
            out.append(_ESCAPES[pair])
            position += 2
        else:
            assert text[position] != "\\"
            out.append(text[position])
            position += 1
    return "".join(out)
