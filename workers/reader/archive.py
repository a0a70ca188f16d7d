"""What is inside a zip container, before a library opens it: size, ratio, passwords, and how far the cells
reach.

A spreadsheet library unpacks what the archive says and lays out a sheet from its first to its furthest cell.
So a file of a few kilobytes can ask for more memory than there is. Everything is inflated once here, in small
pieces that are thrown away, and never further than the limits allow.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from workers.reader.model import Limits, reject

_PIECE = 256 * 1024
_CELL_REFERENCE = re.compile(rb"""[\s]r=["']([A-Za-z]{1,3})?([0-9]{1,7})["']""")
_REPEATED_COLUMNS = "table:number-columns-repeated"
_REPEATED_ROWS = "table:number-rows-repeated"


def check(path: Path, limits: Limits) -> str:
    """The kind of spreadsheet in a zip container: `xlsx` or `ods`.

    Raises DocumentRejected where it is another kind of file, has a password, is damaged, or passes a limit.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > limits.max_zip_entries:
                raise _bomb(f"it has {len(entries):,} entries; the limit is {limits.max_zip_entries:,}")
            _check_directory(path, entries, limits)
            kind = _kind({entry.filename for entry in entries}, _mimetype(archive, entries))
            if kind == "ods":
                manifest = next((e for e in entries if e.filename == "META-INF/manifest.xml"), None)
                if manifest is not None and b"encryption-data" in archive.read(manifest)[: 1024 * 1024]:
                    raise _locked()
        _inflate_all(path, entries, kind, limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        expat.ExpatError,
        ValueError,
    ):
        raise reject(
            "The spreadsheet is damaged: its zip container cannot be read to the end.",
            "Open it in a spreadsheet program, save it anew, and upload that.",
        ) from None
    return kind


def _kind(names: set[str], mimetype: bytes) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "xl/workbook.bin" in names:
        raise reject("The file is an XLSB workbook, which is not supported.", "Save it as XLSX or CSV.")
    if any(name.startswith(("word/", "ppt/")) for name in names) or mimetype:
        raise reject("The file is an office document, not a spreadsheet.", "Save its table as XLSX or CSV.")
    raise reject("The file is a zip archive.", "Unpack it, and upload the tables inside one by one.")


def _mimetype(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> bytes:
    entry = next((e for e in entries if e.filename == "mimetype"), None)
    return archive.read(entry) if entry is not None and entry.file_size < 200 else b""


def _check_directory(path: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise _locked()
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_inflated_bytes:
        raise _bomb(f"unpacked it would be {total:,} bytes; the limit is {limits.max_inflated_bytes:,}")
    size = path.stat().st_size
    # Small files of repeated markup shrink a lot without being an attack.
    if total > 10 * 1024 * 1024 and total > size * limits.max_zip_ratio:
        raise _bomb(
            f"unpacked it would be {total // size:,} times as large; the limit is {limits.max_zip_ratio:,}"
        )


def _inflate_all(path: Path, entries: list[zipfile.ZipInfo], kind: str, limits: Limits) -> None:
    sheets = 0
    for entry in entries:
        pieces = _inflate(path, entry)
        if kind == "xlsx" and entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
            sheets += 1
            if sheets > limits.max_sheets:
                raise reject(
                    f"The workbook has more than {limits.max_sheets:,} sheets.",
                    "Keep the sheets with vessel lists only, or raise max_sheets in stage.limits.",
                )
            _check_extent(*_xlsx_extent(pieces), limits)
        elif kind == "ods" and entry.filename == "content.xml":
            _OdsExtent(limits).read(pieces)
        else:
            for _ in pieces:
                pass


def _inflate(path: Path, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's content in pieces. The directory may lie about sizes, so the stream itself is followed to
    its end.
    """
    with path.open("rb") as stream:
        stream.seek(entry.header_offset)
        header = stream.read(30)
        if header[:4] != b"PK\x03\x04":
            raise zipfile.BadZipFile
        name_length, extra_length = struct.unpack("<HH", header[26:30])
        stream.seek(name_length + extra_length, 1)
        left = entry.compress_size
        if entry.compress_type == zipfile.ZIP_STORED:
            while left and (piece := stream.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece
            return
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            raise NotImplementedError
        inflater = zlib.decompressobj(-15)
        grown = 0
        pending = b""
        while not inflater.eof:
            if not pending:
                pending = stream.read(_PIECE)
                if not pending:
                    raise EOFError
            piece = inflater.decompress(pending, _PIECE)
            pending = inflater.unconsumed_tail
            grown += len(piece)
            if grown > entry.file_size:
                raise _bomb("an entry is larger than its directory says")
            yield piece


def _xlsx_extent(pieces: Iterator[bytes]) -> tuple[int, int]:
    """Furthest row and column that any cell or row of a worksheet names."""
    rows = columns = 0
    tail = b""
    seen: set[bytes] = set()
    for piece in pieces:
        block = tail + piece
        for letters, digits in _CELL_REFERENCE.findall(block):
            if letters not in seen:
                seen.add(letters)
                columns = max(columns, _column_number(letters))
            rows = max(rows, int(digits))
        tail = block[-32:]
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_extent(rows: int, columns: int, limits: Limits) -> None:
    if rows * columns > limits.max_sheet_cells:
        raise reject(
            f"A sheet reaches to row {rows:,} and column {columns:,}: {rows * columns:,} cells; "
            f"the limit is {limits.max_sheet_cells:,}.",
            "Delete the cells far away from the table, or save the sheet as CSV.",
        )


class _OdsExtent:
    """Follows an ODS's rows and cells with their repeats; blank repeats at the end of a sheet count for
    nothing.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sheets = 0
        self._columns = 0
        self._used_columns = 0
        self._row = 0
        self._row_repeat = 1
        self._row_used = False

    def read(self, pieces: Iterator[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._sheets += 1
            self._row = self._used_columns = 0
            if self._sheets > self._limits.max_sheets:
                raise reject(
                    f"The workbook has more than {self._limits.max_sheets:,} sheets.",
                    "Keep the sheets with vessel lists only, or raise max_sheets in stage.limits.",
                )
        elif name == "table:table-row":
            self._row_repeat = int(attributes.get(_REPEATED_ROWS, "1"))
            self._columns = 0
            self._row_used = False
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._columns += int(attributes.get(_REPEATED_COLUMNS, "1"))
            if "office:value-type" in attributes:
                self._use()
        elif name == "text:p":
            self._use()

    def _use(self) -> None:
        self._row_used = True
        self._used_columns = max(self._used_columns, self._columns)

    def _end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._row_repeat
            if self._row_used:
                _check_extent(self._row, self._used_columns, self._limits)


def _bomb(what: str) -> Exception:
    return reject(
        f"The zip container does not look like a spreadsheet that somebody made: {what}.",
        "Save the table as CSV, or raise the limit in stage.limits if the file is trusted.",
    )


def _locked() -> Exception:
    return reject("The file is encrypted with a password.", "Save it without a password, and upload that.")
