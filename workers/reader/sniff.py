"""What a file is, by its content. Its name is not asked: people rename things."""

from __future__ import annotations

import re
from pathlib import Path

from workers.reader.model import reject

_HEAD = 4096
_ONE_BY_ONE = "Unpack it, and upload the tables inside one by one."
_AS_TABLE = "Upload the table itself, as CSV, XLSX, XLS or ODS."
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (
        b"%PDF-",
        "The file is a PDF.",
        "PDF lists go through extraction, not through this reader; or save the table as CSV.",
    ),
    (b"{\\rtf", "The file is an RTF text.", _AS_TABLE),
    (b"\x1f\x8b", "The file is compressed with gzip.", _ONE_BY_ONE),
    (b"BZh", "The file is compressed with bzip2.", _ONE_BY_ONE),
    (b"\xfd7zXZ\x00", "The file is compressed with xz.", _ONE_BY_ONE),
    (b"(\xb5/\xfd", "The file is compressed with zstd.", _ONE_BY_ONE),
    (b"7z\xbc\xaf\x27\x1c", "The file is a 7z archive.", _ONE_BY_ONE),
    (b"Rar!\x1a\x07", "The file is a RAR archive.", _ONE_BY_ONE),
    (b"PK\x05\x06", "The file is an empty zip archive.", _AS_TABLE),
    (b"\x89PNG\r\n", "The file is a picture.", _AS_TABLE),
    (b"\xff\xd8\xff", "The file is a picture.", _AS_TABLE),
    (b"GIF8", "The file is a picture.", _AS_TABLE),
    (b"II*\x00", "The file is a picture.", _AS_TABLE),
    (b"MM\x00*", "The file is a picture.", _AS_TABLE),
    (b"\x7fELF", "The file is a program.", _AS_TABLE),
    (b"MZ\x90\x00", "The file is a program.", _AS_TABLE),
    (b"SQLite format 3\x00", "The file is an SQLite database.", _AS_TABLE),
    (b"PAR1", "The file is a Parquet file.", "Save it as CSV."),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|table|\?xml|svg|script|meta|div)\b", re.IGNORECASE)
_JSON = re.compile(rb"""\s*(\{\s*"|\[\s*[\[{])""")


_TAIL = 2 * 1024 * 1024
_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins like this is a PDF. Readers of PDF accept some rubbish in front of it."""
    start = head[:1024].find(b"%PDF-")
    return start == 0 or (start > 0 and b"\n" not in head[:start])


def content_kind(path: Path) -> str:
    """`pdf`, `xlsx`, `ods`, `zip`, `ole` or `text`, by head and tail alone: nothing is unpacked.

    Raises DocumentRejected for everything else, naming what it is.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if is_pdf(head):
        return "pdf"
    kind = kind_of(path)
    if kind != "zip":
        return kind
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        tail = stream.read()
    # A zip container ends with the list of what is in it; OpenDocument says its kind first.
    if b"xl/workbook.xml" in tail:
        return "xlsx"
    return "ods" if _ODS in head[:200] else "zip"


def kind_of(path: Path) -> str:
    """`zip`, `ole` or `text`. Raises DocumentRejected for everything that is no table, naming what it is."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    for signature, cause, cure in _SIGNATURES:
        if head.startswith(signature):
            raise reject(cause, cure)
    if is_pdf(head):
        raise reject(_SIGNATURES[0][1], _SIGNATURES[0][2])
    text = (
        head.removeprefix(b"\xef\xbb\xbf")
        .removeprefix(b"\xff\xfe")
        .removeprefix(b"\xfe\xff")
        .replace(b"\x00", b"")
    )
    if not text.strip() and path.stat().st_size <= _HEAD:
        raise reject("The file is empty.", "Check the download: nothing arrived.")
    if _MARKUP.match(text):
        raise reject(
            "The file is a web page or XML, not a table.",
            "It may be a login or an error page; download the list itself.",
        )
    if _JSON.match(text):
        raise reject("The file is JSON, not a table.", "Save the records as CSV, one row each.")
    return "text"
