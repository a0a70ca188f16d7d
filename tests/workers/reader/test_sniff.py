"""What is no table is refused by its content, whatever its name says, and the person is told what it is."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest

from tests.workers.reader.helpers import read_bytes
from workers.errors import DocumentRejected
from workers.reader.sniff import content_kind


def _zip(**entries: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


NO_TABLES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "only a mark": (b"\xef\xbb\xbf", "empty"),
    "only blanks": (b"  \r\n\t\n", "empty"),
    "much of nothing": (b"\n" * 10_000, "no row with anything"),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    "a web page": (b"\n<!DOCTYPE html><html><title>Sign in</title></html>", "web page"),
    "a web page with a mark": (b"\xef\xbb\xbf<html></html>", "web page"),
    "an XML": (b"<?xml version='1.0'?><Workbook/>", "XML"),
    "a JSON": (b'[{"name": "ORION"}]', "JSON"),
    "a zip": (_zip(list_csv="Name\nA\n"), "zip archive"),
    "an empty zip": (_zip(), "empty zip"),
    "a Word document": (_zip(word__document_xml="<w/>"), "office document"),
    "an XLSB": (_zip(xl__workbook_bin="x"), "XLSB"),
    "a gzip": (gzip.compress(b"Name\nA\n"), "gzip"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
    "a program": (b"\x7fELF\x02\x01\x01" + b"\0" * 100, "program"),
    "a Parquet": (b"PAR1\x15\x04", "Parquet"),
    "noise": (random.Random(7).randbytes(5_000), "binary|not text"),
    "an old Word document": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000,
        "damaged|without a workbook",
    ),
    "zeros": (b"\0" * 5_000, "binary|empty|no row"),
}


@pytest.mark.parametrize("what", NO_TABLES)
def test_what_is_no_table_is_refused_with_cause_and_cure(what: str) -> None:
    content, cause = NO_TABLES[what]
    with pytest.raises(DocumentRejected, match=cause) as caught:
        read_bytes(content, name="vessels.csv")
    assert caught.value.hint


def test_noise_never_does_anything_but_being_refused_or_read() -> None:
    for seed in range(60):
        source = random.Random(seed)
        content = source.randbytes(source.randrange(1, 400))
        try:
            read_bytes(content)
        except DocumentRejected as error:
            assert error.hint


def test_a_name_decides_nothing() -> None:
    assert read_bytes(b"Name,Flag\nA,NZL\n", name="list.xlsx").rows == [["A", "NZL"]]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"), (b"\x00\x01junk%PDF-1.4", "pdf"), (b"Name\n%PDF-1.4", "text"), (b"A,B\n1,2\n", "text"),
        (_zip(xl__workbook_xml="<workbook/>"), "xlsx"), (_zip(list_csv="A\n"), "zip"),
        (_zip(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "ods"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "ole"),
    ],
)  # fmt: skip
def test_the_kind_of_a_file_is_known_by_head_and_tail(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    assert content_kind(tmp_path / "list.csv") == kind


def test_a_file_of_no_known_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.pdf").write_bytes(NO_TABLES["a picture"][0])
    with pytest.raises(DocumentRejected, match="picture"):
        content_kind(tmp_path / "list.pdf")
