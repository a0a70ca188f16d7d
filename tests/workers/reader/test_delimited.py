"""Delimited text: whatever was written is read back exactly."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.reader.helpers import read_bytes
from workers.errors import DocumentRejected
from workers.reader import encode
from workers.reader.dialect import sniff
from workers.reader.encode import Encoder

# Everything that text may hold: the characters that delimit, quote and escape on top of the rest.
_TEXT = st.text(
    st.one_of(
        st.sampled_from(list(",;|\t\"'\n\\ \u00a0\ufffd0éŁ船")),
        st.characters(codec="utf-8", exclude_characters="\0\r\uffff", exclude_categories=("Cs", "Cc")),
    ),
    max_size=12,
)


@st.composite
def _tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 5))
    row = st.lists(_TEXT, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=0, max_size=8))


@settings(max_examples=300, deadline=None)
@given(
    table=_tables(),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be-mark", "utf-32"]),
)
def test_any_table_is_read_back_exactly(
    table: list[list[str]], delimiter: str, quoting: int, end: str, encoding: str
) -> None:
    header = [f"h{n}" for n in range(len(table[0]) if table else 2)]
    # The csv module leaves a newline bare where rows end with a carriage return.
    content = _write([header, *table], delimiter, csv.QUOTE_ALL if end == "\r" else quoting, end)
    data = (
        b"\xfe\xff" + content.encode("utf-16-be")
        if encoding == "utf-16-be-mark"
        else content.encode(encoding)
    )
    found = read_bytes(data, options={"delimiter": delimiter})
    kept = [(n, row) for n, row in enumerate(table, 1) if "".join(row).strip()]
    assert found.headers == [header]
    assert found.rows == [row for _, row in kept]
    assert found.indexes == [n for n, _ in kept]
    assert "stray quotes" not in found.warnings


@settings(max_examples=150, deadline=None)
@given(
    encoding=st.sampled_from(
        [
            "cp1250",
            "cp1251",
            "cp1252",
            "cp1253",
            "cp1254",
            "cp1257",
            "iso8859-2",
            "mac-roman",
            "koi8-r",
            "cp850",
        ]
    ),
    data=st.data(),
)
def test_any_table_in_a_declared_single_byte_encoding_is_read_back_exactly(
    encoding: str, data: st.DataObject
) -> None:
    letters = bytes(b for b in range(0x20, 0x100) if b != 0x7F).decode(encoding, "ignore")
    text = st.text(
        st.sampled_from([c for c in letters if c.isprintable() or c == " "]), min_size=1, max_size=8
    )
    table = data.draw(st.lists(st.lists(text, min_size=3, max_size=3), min_size=1, max_size=5))
    content = _write([["a", "b", "c"], *table], ";", csv.QUOTE_ALL, "\n").encode(encoding)
    found = read_bytes(content, options={"encoding": encoding, "delimiter": ";"})
    assert found.rows == [row for row in table if "".join(row).strip()]


def _write(rows: list[list[str]], delimiter: str, quoting: int, end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Name,Flag\nA,NZL\n", ","),
        ("Name;Flag\nA, B;NZL\n", ";"),
        ("Name\tFlag\nA, B\tNZL\n", "\t"),
        ("Name|Flag|x\nA;B|NZL|1,5\n", "|"),
        # A decimal comma in every cell: the header says that it separates nothing.
        ("Length;Beam\n12,5;3,4\n13,5;3,6\n14,5;3,7\n", ";"),
        ('Name,Notes\n"A; B; C",x\n"D; E; F",y\n', ","),
        ("Fleet 2024\nas of May, 2024\n\nName,Flag,IMO\nA,NZL,1\nB,NZL,2\n", ","),
        ("sep=|\nName|Flag\nA|NZL\n", "|"),
        ("Name\nBLUE STAR, THE\nORION\nSEA ROVER\n", None),
        ("Name\n", None),
        ("a, b\nx\ny\nz\n", None),
        ("", None),
    ],
)
def test_the_delimiter_is_the_one_under_which_rows_agree(text: str, delimiter: str | None) -> None:
    assert sniff(text).delimiter == delimiter


def test_raw_text_is_exactly_what_stands_in_the_file() -> None:
    found = read_bytes('id,name\n007,  A \n00.10,"\u00a0B "\n1e5,"say ""aye"""\n'.encode())
    assert found.rows == [["007", "  A "], ["00.10", "\u00a0B "], ["1e5", 'say "aye"']]
    assert {t for row in found.types for t in row} == {"s"}


def test_line_numbers_count_lines_inside_cells() -> None:
    found = read_bytes(b'Name,Flag\r\n"A\r\nB\nC",NZL\r\n\r\nD,ESP\r\n"E\rF",PRT\nG,ISL')
    assert found.rows == [["A\r\nB\nC", "NZL"], ["D", "ESP"], ["E\rF", "PRT"], ["G", "ISL"]]
    assert found.lines == [2, 6, 7, 9]
    assert found.indexes == [1, 3, 4, 5]


def test_short_rows_end_early_and_long_rows_open_columns() -> None:
    found = read_bytes(b"Name,Flag,IMO\nA\nB,NZL,1,more,\nC,ESP,2\n")
    assert found.facts["column_count"] == 5
    assert found.rows == [
        ["A", None, None, None, None],
        ["B", "NZL", "1", "more", ""],
        ["C", "ESP", "2", None, None],
    ]
    assert found.warnings == ["short rows", "long rows"]
    assert [w["first_line"] for w in found.facts["warnings"]] == [2, 3]


def test_a_delimiter_at_the_end_of_lines_opens_no_column() -> None:
    found = read_bytes(b"Name,Flag\nA,NZL,\nB,ESP,,\n")
    assert (found.facts["column_count"], found.rows, found.warnings) == (2, [["A", "NZL"], ["B", "ESP"]], [])


def test_a_header_alone_is_a_table_of_no_rows() -> None:
    found = read_bytes(b"Name,Flag\n")
    assert (found.rows, found.headers, found.facts["column_count"]) == ([], [["Name", "Flag"]], 2)


def test_one_column_needs_no_delimiter() -> None:
    found = read_bytes(b'Name\nBLUE STAR\n"A, B"\nC\n')
    assert found.rows == [["BLUE STAR"], ["A, B"], ["C"]]
    assert found.facts["delimiter"] is None


def test_a_file_without_header_has_all_its_rows() -> None:
    found = read_bytes(b"A,NZL\nB,ESP\n", header_row=0)
    assert (found.rows, found.headers, found.facts["header_height"]) == ([["A", "NZL"], ["B", "ESP"]], [], 0)


def test_what_stands_above_the_header_is_kept() -> None:
    found = read_bytes(b"Fleet list,,\n\nName,Flag,IMO\nA,NZL,1\n", header_row=3)
    assert found.facts["preamble"] == [["Fleet list"], []]
    assert found.headers == [["Name", "Flag", "IMO"]]
    assert found.lines == [4]


def test_a_nul_is_shown_and_counted_and_nothing_else_changes() -> None:
    found = read_bytes(b"Name,Flag\nA\0B,NZL\n\0,ESP\nC\\D,PRT\n")
    assert found.rows == [["A\u2400B", "NZL"], ["\u2400", "ESP"], ["C\\D", "PRT"]]
    assert found.facts["warnings"] == [
        {"warning": "NUL", "count": 2, "text": "2 NUL characters are shown as \u2400."}
    ]


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        # A quote that nobody closes does not swallow the rows after it.
        ('"BLUE STAR,NZL\nORION,ESP\n', [['"BLUE STAR', "NZL"], ["ORION", "ESP"]]),
        ('"XS" TRAWLER,NZL\nORION,ESP\n', [['"XS" TRAWLER', "NZL"], ["ORION", "ESP"]]),
        ('"THE "STAR"",NZL\n"ORION",ESP\n', [['THE "STAR"', "NZL"], ["ORION", "ESP"]]),
        ('"A",NZL\n"two\nlines, and ""quotes""",ESP\n"open,PRT\n',
         [["A", "NZL"], ['two\nlines, and "quotes"', "ESP"], ['"open', "PRT"]]),
        ('A,"open at the end\n', [["A", '"open at the end']]),
        ('A 5" GUN,NZL\n', [['A 5" GUN', "NZL"]]),
    ],
)  # fmt: skip
def test_stray_quotes_are_characters(body: str, rows: list[list[str]]) -> None:
    found = read_bytes(b"Name,Flag\n" + body.encode(), options={"delimiter": ","})
    assert found.rows == rows


def test_a_blank_between_delimiter_and_quote_belongs_to_neither() -> None:
    found = read_bytes(b'Name, Notes, Flag\nA, "x, y", NZL\nB, "z, w", ESP\n')
    assert found.rows == [["A", "x, y", "NZL"], ["B", "z, w", "ESP"]]


@pytest.mark.parametrize(
    ("content", "limits", "cause"),
    [
        (b"a,b\n1,2\n3,4\n", {"max_rows": 1}, "more than 1 rows"),
        (b"a,b,c\n1,2,3\n", {"max_columns": 2}, "3 columns"),
        (b"a,b\n1,2,3\n", {"max_columns": 2}, "row of 3 columns"),
        (b"a,b\n1,22222\n", {"max_cell_length": 4}, "longer than 4|cannot be read"),
        (b"a,b\n" + b"1" * 50 + b",2\n", {"max_row_length": 40}, "line is longer than 40"),
        (b"a,b\n1,2\n", {"max_file_bytes": 5}, "8 bytes"),
    ],
)
def test_a_limit_names_itself(content: bytes, limits: dict[str, int], cause: str) -> None:
    with pytest.raises(DocumentRejected, match=cause) as caught:
        read_bytes(content, **limits)
    assert caught.value.hint


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
def test_a_delimiter_that_is_none_is_refused(delimiter: str) -> None:
    with pytest.raises(DocumentRejected, match="delimiter"):
        read_bytes(b"a,b\n1,2\n", options={"delimiter": delimiter})


def test_numbers_go_on_when_dictionaries_are_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "DICTIONARY_BUDGET", 20_000)
    rows = [[f"vessel {n}", "NZL" if n % 2 else "ESP", str(n % 7)] for n in range(9_000)]
    content = "\n".join(["name,flag,gear", *map(",".join, rows)]) + "\n"
    found = read_bytes(content.encode())
    assert found.rows == rows
    # Columns of few texts keep their dictionary: no text of theirs stands twice.
    assert found.values == 9_000 + 2 + 7


def test_wide_rows_late_in_a_file_widen_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.reader.delimited.BATCH_ROWS", 10)
    body = [f"v{n},x" for n in range(100)]
    body[77] += ",late"
    found = read_bytes(("a,b\n" + "\n".join(body)).encode())
    assert found.facts["column_count"] == 3
    assert [row[2] for row in found.rows if row[2] is not None] == ["late"]


def test_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    # A tenth of the real bounds, so that a tenth of the rows shows it.
    monkeypatch.setattr(encode, "DICTIONARY_BUDGET", encode.DICTIONARY_BUDGET // 10)
    monkeypatch.setattr("workers.reader.delimited.BATCH_ROWS", 200)
    monkeypatch.setattr("workers.reader.delimited._SNIFF_CHARS", 25_000)
    monkeypatch.setattr("workers.reader.encoding._CHUNK", 50_000)

    peaks = []
    for size in (1, 10):
        rows = "".join(f"vessel {n},NZL,{9_000_000 + n},Port of {n % 50}\n" for n in range(5_000 * size))
        content = ("name,flag,imo,port\n" + rows).encode()
        del rows
        peaks.append(_peak(content, tracemalloc))
    assert peaks[1] < peaks[0] * 1.2


def _peak(content: bytes, tracemalloc: object) -> int:
    import tempfile
    from pathlib import Path

    from tests.workers.reader.helpers import LIMITS
    from workers.reader import read
    from workers.reader.model import Header, ReadOptions

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        tracemalloc.start()  # type: ignore[attr-defined]
        read(path, 7, ReadOptions(), LIMITS, lambda _: Header(1, 1, 1, 1.0, ""), Path(folder))
        peak = tracemalloc.get_traced_memory()[1]  # type: ignore[attr-defined]
        tracemalloc.stop()  # type: ignore[attr-defined]
    return int(peak)


def test_the_encoder_keeps_a_text_s_number_within_a_document() -> None:
    from tests.workers.reader.helpers import LIMITS
    from workers.reader.model import Batch

    values, rows = io.BytesIO(), io.BytesIO()
    encoder = Encoder(1, 1, 1, LIMITS, values, rows)
    for line in (1, 2, 3):
        encoder.add(Batch([["same"]], [line]))
    encoder.finish()
    assert values.getvalue() == b"1\t1\t1\ts\tsame\t3\n"
    assert rows.getvalue() == b"1\t1\t1\t{1}\n1\t2\t2\t{1}\n1\t3\t3\t{1}\n"
