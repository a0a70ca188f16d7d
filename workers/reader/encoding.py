"""Which encoding a text file has. Every byte is decoded strictly; nothing is ever replaced or dropped."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers.reader.alphabets import rank
from workers.reader.model import Limits, printable, reject

_CHUNK = 1024 * 1024
_SAMPLE = 256 * 1024
_CONTROLS = re.compile("[\x01-\x08\x0e-\x19\x1b-\x1f\x7f-\x84\x86-\x9f]")
_LINE_END = re.compile("[\r\n]")
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)

# The error handler of "utf-8 with cp1252 bytes": what is no UTF-8 is read as cp1252, and where cp1252 has a
# hole, as Latin-1. It maps every byte to a character of its own, so the bytes can be had back.
REPAIR = "oceanid-cp1252"


def _repair(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(_as_cp1252, error.object[error.start : error.end])), error.end


def _as_cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


codecs.register_error(REPAIR, _repair)


@dataclass(slots=True)
class TextFacts:
    """How a text file is decoded (`codec`, `errors`, `skip_mark`), and what a person is told of it."""

    codec: str
    name: str
    method: str
    errors: str = "strict"
    skip_mark: bool = False
    nul_count: int = 0
    warnings: list[dict[str, Any]] = field(default_factory=list)


def inspect(path: Path, declared: str | None, limits: Limits) -> TextFacts:
    """Find the encoding of a file and decode all of it once, keeping nothing.

    Raises DocumentRejected where the declared encoding does not fit, the file is no text, or a line is too
    long.
    """
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
    mark = next((m for m in _MARKS if head.startswith(m[0])), None)
    if declared is not None:
        return _declared(path, declared, mark, limits)
    if mark is not None:
        facts = TextFacts(mark[1], mark[2], "byte order mark", skip_mark=True)
        if _fits(path, facts, limits):
            return facts
        if facts.codec != "utf-8":
            raise reject(
                f"The file begins with the byte order mark of {facts.name} but is not {facts.name}.",
                "The file is damaged: get it again, or declare its encoding.",
            )
    wide = _utf_16(head)
    if wide is not None:
        facts = TextFacts(wide, wide, "pattern of NUL bytes")
        if _fits(path, facts, limits):
            return facts
    facts = TextFacts("utf-8", "utf-8", "strict decoding", skip_mark=mark is not None)
    if _fits(path, facts, limits):
        return facts
    return _not_utf_8(path, mark is not None, limits)


def _declared(path: Path, declared: str, mark: tuple[bytes, str, str] | None, limits: Limits) -> TextFacts:
    try:
        info = codecs.lookup(declared)
        "".encode(info.name)
    except (LookupError, ValueError):
        raise reject(
            f"There is no text encoding named '{printable(declared)}'.",
            "Declare one that Python knows: utf-8, utf-16, cp1252, cp1250, mac-roman, gb18030, …",
        ) from None
    codec = {"utf-8-sig": "utf-8"}.get(info.name, info.name)
    if codec == "utf-16":
        codec = mark[1] if mark and mark[1].startswith("utf-16") else "utf-16-le"
    facts = TextFacts(codec, codec, "declared", skip_mark=bool(mark and mark[1] == codec))
    bad: list[str] = []
    if not _fits(path, facts, limits, bad):
        raise reject(
            f"The file is not {facts.name}, as declared: {bad[0]}.",
            "Leave the encoding out to have it detected, or declare the right one.",
        )
    return facts


def _utf_16(head: bytes) -> str | None:
    """UTF-16 without a mark: the high bytes of its delimiters, digits and line ends are NUL."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even = head[0 : pairs * 2 : 2].count(0) / pairs
    odd = head[1 : pairs * 2 : 2].count(0) / pairs
    if odd > 0.1 and even < odd / 10:
        return "utf-16-le"
    if even > 0.1 and odd < even / 10:
        return "utf-16-be"
    return None


def _not_utf_8(path: Path, mark: bool, limits: Limits) -> TextFacts:
    good, bad, sample = _count_sequences(path)
    # A UTF-8 sequence hardly ever comes about by accident, so a file that has more of them than broken bytes
    # is UTF-8 into which somebody pasted something else.
    if mark or good > bad:
        facts = TextFacts("utf-8", "utf-8", "utf-8 with cp1252 bytes", REPAIR, skip_mark=mark)
        if _fits(path, facts, limits):
            facts.warnings.append(
                {
                    "warning": "broken bytes",
                    "count": bad,
                    "text": f"{bad:,} bytes are not UTF-8; read as cp1252.",
                }
            )
            return facts
    for codec in rank(sample):
        facts = TextFacts(codec, codec, "letter statistics")
        if _fits(path, facts, limits):
            return facts
    raise reject("The file is not text in any known encoding.", "Declare its encoding if it has one.")


def _count_sequences(path: Path) -> tuple[int, int, bytes]:
    """Valid multi-byte sequences of UTF-8, bytes that are not UTF-8, and lines beyond ASCII."""
    good = bad = 0
    sample = bytearray()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in _chunks(path):
        text = decoder.decode(chunk)
        bad += len(re.findall("[\udc80-\udcff]", text))
        good += len(_SEQUENCE.findall(text.encode("utf-8", "surrogateescape")))
        if len(sample) < _SAMPLE:
            for line in chunk.splitlines():
                if line.isascii():
                    continue
                sample += line[:1000] + b"\n"
                if len(sample) >= _SAMPLE:
                    break
    return good, bad, bytes(sample)


def _fits(path: Path, facts: TextFacts, limits: Limits, bad: list[str] | None = None) -> bool:
    """Decode the whole file; False where it does not decode. Counts NULs; refuses binary files and endless
    lines.
    """
    decoder = codecs.getincrementaldecoder(facts.codec)(facts.errors)
    total = controls = nuls = carried = 0
    offset = 0
    try:
        for chunk in _chunks(path):
            text = decoder.decode(chunk)
            offset += len(chunk)
            nuls += text.count("\0")
            if total < 4 * _CHUNK:
                controls += len(_CONTROLS.findall(text))
                total += len(text)
                if total > 256 and controls > total // 50:
                    return _binary(facts)
            ends = _LINE_END.search(text)
            longest = carried + (ends.start() if ends else len(text))
            if limits.max_row_length < _CHUNK:
                longest = max(longest, *map(len, _LINE_END.split(text)))
            if longest > limits.max_row_length:
                raise reject(
                    f"A line is longer than {limits.max_row_length:,} characters.",
                    "The file may not be a table; else raise max_row_length in stage.limits.",
                )
            carried = len(text) - max(text.rfind("\n"), text.rfind("\r")) - 1 if ends else carried + len(text)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if bad is not None:
            bad.append(f"{error.reason} at about byte {offset + error.start:,}")
        return False
    if controls > max(total // 50, 1) or nuls > max(total // 50, 20):
        return _binary(facts)
    facts.nul_count = nuls
    if nuls:
        facts.warnings.append(
            {"warning": "NUL", "count": nuls, "text": f"{nuls:,} NUL characters are shown as \u2400."}
        )
    return True


def _binary(facts: TextFacts) -> bool:
    if facts.method == "letter statistics":
        # Another single-byte encoding may read the same bytes without control characters.
        return False
    raise reject(
        "The file is binary, not text: it is full of control characters.",
        "Upload the table itself, as CSV, XLSX, XLS or ODS.",
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
