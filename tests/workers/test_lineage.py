"""The bytes of a row, found again from its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workers.lineage import byte_range

line = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(line, min_size=1, max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-16"]),
    data=st.data(),
)
def test_the_bytes_of_a_line_are_its_text(
    tmp_path: Path, lines: list[str], end: str, encoding: str, data: st.DataObject
) -> None:
    codec = "utf-16-le" if encoding == "utf-16" else encoding
    path = tmp_path / "list.csv"
    path.write_bytes((end.join(lines) + end).encode(codec))
    n = data.draw(st.integers(1, len(lines)))
    start, stop = byte_range(path, encoding, n, n + 1)
    assert path.read_bytes()[start:stop].decode(codec) == lines[n - 1] + end


def test_a_row_with_line_ends_inside_is_one_range_and_the_last_goes_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b'a,b\n"x\ny",1\nz,2')
    assert path.read_bytes()[slice(*byte_range(path, "cp1252", 2, 4))] == b'"x\ny",1\n'
    assert path.read_bytes()[slice(*byte_range(path, "cp1252", 4, None))] == b"z,2"


@pytest.mark.parametrize(("content", "expected"), [(b"", (0, 0)), (b"a\nb", (3, 3))])
def test_a_line_that_is_not_there_begins_at_the_end(
    tmp_path: Path, content: bytes, expected: tuple[int, int]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    assert byte_range(path, "utf-8", 9, None) == expected
