"""What is inside a legacy XLS, before a library opens it: passwords, and how far its cells reach.

Only as much of the compound file format ([MS-CFB]) and of BIFF records ([MS-XLS]) as that takes.
"""

from __future__ import annotations

import struct

from workers.reader.model import Limits, reject

_FREE = 0xFFFFFFFA
# Records that hold cells begin with row, first column; MULRK and MULBLANK end with the last column.
_CELLS = {
    0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x0206, 0x027E, 0x0406,
    # BIFF2 writes the same records under other numbers.
    0x0001, 0x0002, 0x0003, 0x0004, 0x0005,
}  # fmt: skip
_FILEPASS = 0x002F
_BOF = {0x0009, 0x0209, 0x0409, 0x0809}


def check(data: bytes, limits: Limits) -> None:
    """Look through an OLE2 file. Raises DocumentRejected where it is no workbook, encrypted, damaged or too
    large.
    """
    try:
        streams = _directory(data)
        names = {name.lower() for name in streams}
        if "encryptedpackage" in names:
            raise _locked()
        name = next((n for n in streams if n.lower() in ("workbook", "book")), None)
        if name is None:
            raise reject(
                "The file is an old office document without a workbook in it.",
                "Save its table as XLSX or CSV.",
            )
        _check_records(_stream(data, *streams[name]), limits)
    except (struct.error, IndexError):
        raise reject(
            "The XLS workbook is damaged: its sectors do not hang together.",
            "Open it in a spreadsheet program, save it as XLSX, and upload that.",
        ) from None


def _directory(data: bytes) -> dict[str, tuple[int, int]]:
    """Name → (first sector, size) of every stream."""
    (first,) = struct.unpack_from("<I", data, 48)
    raw = _chain(data, first)
    streams = {}
    for start in range(0, len(raw) - 127, 128):
        (length,) = struct.unpack_from("<H", raw, start + 64)
        if raw[start + 66] not in (2, 5) or not 2 <= length <= 64:
            continue
        name = raw[start : start + length - 2].decode("utf-16-le", "backslashreplace")
        streams[name] = struct.unpack_from("<II", raw, start + 116)
    return streams


def _sector_size(data: bytes) -> int:
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        raise IndexError
    return 1 << int(shift)


def _table(data: bytes) -> list[int]:
    """The sector allocation table: for every sector the one that follows."""
    size = _sector_size(data)
    sectors = [s for s in struct.unpack_from("<109I", data, 76) if s < _FREE]
    (more,) = struct.unpack_from("<I", data, 68)
    seen: set[int] = set()
    while more < _FREE and more not in seen:
        seen.add(more)
        entries = struct.unpack_from(f"<{size // 4}I", data, size * (more + 1))
        sectors += [s for s in entries[:-1] if s < _FREE]
        more = entries[-1]
    table: list[int] = []
    for sector in sectors:
        table += struct.unpack_from(f"<{size // 4}I", data, size * (sector + 1))
    return table


def _chain(data: bytes, sector: int) -> bytes:
    size = _sector_size(data)
    table = _table(data)
    parts: list[bytes] = []
    for _ in range(len(table) + 1):
        if sector >= _FREE:
            return b"".join(parts)
        parts.append(data[size * (sector + 1) : size * (sector + 2)])
        sector = table[sector]
    raise IndexError


def _stream(data: bytes, first: int, length: int) -> bytes:
    if length >= 4096:
        return _chain(data, first)[:length]
    # Small streams live in sectors of 64 bytes inside the root entry's stream.
    root_first, _ = next(v for k, v in _directory(data).items() if k == "Root Entry")
    mini = _chain(data, root_first)
    raw = _chain(data, struct.unpack_from("<I", data, 60)[0])
    table = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
    parts: list[bytes] = []
    for _ in range(len(table) + 1):
        if first >= _FREE:
            return b"".join(parts)[:length]
        parts.append(mini[64 * first : 64 * first + 64])
        first = table[first]
    raise IndexError


def _check_records(book: bytes, limits: Limits) -> None:
    position = rows = columns = sheets = 0
    while position + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, position)
        body = position + 4
        position = body + length
        if kind == _FILEPASS:
            raise _locked()
        if kind in _BOF:
            rows = columns = 0
            if length >= 4 and struct.unpack_from("<H", book, body + 2)[0] == 0x0010:
                sheets += 1
        elif kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", book, body)
            if kind in (0x00BD, 0x00BE) and length >= 6:
                (column,) = struct.unpack_from("<H", book, position - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if rows * columns > limits.max_sheet_cells:
                raise reject(
                    f"A sheet reaches to row {rows:,} and column {columns:,}; "
                    f"the limit is {limits.max_sheet_cells:,} cells.",
                    "Delete the cells far away from the table, or save the sheet as CSV.",
                )
    if sheets > limits.max_sheets:
        raise reject(
            f"The workbook has more than {limits.max_sheets:,} sheets.",
            "Keep the sheets with vessel lists only, or raise max_sheets in stage.limits.",
        )


def _locked() -> Exception:
    return reject("The file is encrypted with a password.", "Save it without a password, and upload that.")
