"""Where in a file a row stands: from the line that the reader counted to a range of bytes, computed when asked for."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

_WIDE = {"utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def byte_range(path: Path, encoding: str, line: int, next_line: int | None) -> tuple[int, int]:
    """Offsets (from, to) of the bytes from the start of `line` to the start of `next_line` (None: to the end).

    Lines count from 1 and end at CR, LF or CRLF, as the reader counts them, so that a row with line ends inside its
    cells is one range. A line that the file does not have begins at its end.
    """
    starts = {1: 0}
    wanted = {line} | ({next_line} if next_line is not None else set())
    size = path.stat().st_size
    if size == 0:
        return 0, 0
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        ends, width = _line_ends(encoding)
        number = 1
        for end in ends.finditer(data):
            if end.start() % width:
                continue
            number += 1
            if number in wanted:
                starts[number] = end.end()
                if wanted <= starts.keys():
                    break
    return starts.get(line, size), size if next_line is None else starts.get(next_line, size)


def _line_ends(encoding: str) -> tuple[re.Pattern[bytes], int]:
    """What ends a line in this encoding, and how many bytes a character unit has."""
    name = encoding.lower().replace("_", "-")
    codec, width = next((wide for prefix, wide in _WIDE.items() if name.startswith(prefix)), ("ascii", 1))
    if width > 1 and name.endswith("be"):
        codec = codec.replace("-le", "-be")
    # in every other encoding that the reader knows, these two bytes mean nothing else
    marks = ["\r\n", "\n", "\r"]
    return re.compile(b"|".join(re.escape(mark.encode(codec)) for mark in marks)), width
