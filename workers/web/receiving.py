"""The body of an upload goes to disk as it comes: hashed on the way, and never further than the limit allows.

A body is the file itself, or a form (multipart/form-data) with one file and a few words beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from workers.errors import OceanidError

_PIECE = 1024 * 1024
_FIELD = 4096
_PARTS = 20


class UploadRefused(OceanidError):
    """An upload that is not taken. `refusal` is the reason in one word, as the receipt keeps it."""

    def __init__(self, refusal: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived: where it lies, its SHA-256, its bytes, and what the form said of it."""

    path: Path
    sha256: bytes
    size: int
    fields: dict[str, str]


class _Sink:
    """Takes the file's bytes, keeps at most a piece of them in memory."""

    def __init__(self, out: BinaryIO, limit: int) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._out = out
        self._limit = limit
        self._waiting = bytearray()

    def take(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise UploadRefused(
                "size",
                f"The file is larger than {self._limit:,} bytes, which is the limit.",
                hint="Large files go straight into an S3 object store: POST /upload/presigned, or `oceanid upload`.",
            )
        self._waiting += data

    async def drain(self, *, end: bool = False) -> None:
        if self._waiting and (end or len(self._waiting) >= _PIECE):
            piece, self._waiting = bytes(self._waiting), bytearray()
            await run_in_threadpool(self._write, piece)

    def _write(self, piece: bytes) -> None:
        self._out.write(piece)
        self.digest.update(piece)


class _Body(Protocol):
    fields: dict[str, str]

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body."""

    def finish(self) -> None:
        """The body has ended; raises UploadRefused where it is not whole."""


@dataclass(slots=True)
class _Plain:
    """The body is the file."""

    sink: _Sink
    fields: dict[str, str] = field(default_factory=dict)

    def feed(self, data: bytes) -> None:
        self.sink.take(data)

    def finish(self) -> None:
        return


class _Form:
    """The body is a form; its only part with a file name is the file."""

    def __init__(self, sink: _Sink, boundary: bytes) -> None:
        self.fields: dict[str, str] = {}
        self._sink = sink
        self._parts = 0
        self._files = 0
        self._whole = False
        self._header = [bytearray(), bytearray()]
        self._disposition = b""
        self._name = ""
        self._is_file = False
        self._file_name = ""
        self._value = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._gather(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._gather(1, data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": lambda data, start, end: self._data(data[start:end]),
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise _malformed(str(error)) from error

    def finish(self) -> None:
        if not self._whole:
            raise UploadRefused("incomplete", "The form ends in the middle.", hint="Send it again.")
        if not self._files:
            raise _malformed("it has no part with a file name")
        # A name that is said in so many words counts before the one that the browser gave the file.
        self.fields.setdefault("file_name", self._file_name)

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _PARTS:
            raise _malformed(f"it has more than {_PARTS} parts")
        self._disposition = b""
        self._value = bytearray()

    def _gather(self, which: int, data: bytes) -> None:
        self._header[which] += data
        if len(self._header[which]) > _FIELD:
            raise _malformed("a header of a part is too long")

    def _header_end(self) -> None:
        name, value = (bytes(part) for part in self._header)
        self._header = [bytearray(), bytearray()]
        if name.strip().lower() == b"content-disposition":
            self._disposition = value

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = b"filename" in options
        if self._is_file:
            self._files += 1
            if self._files > 1:
                raise _malformed("it has more than one file")
            self._file_name = options[b"filename"].decode("utf-8", "replace")

    def _data(self, data: bytes) -> None:
        if self._is_file:
            self._sink.take(data)
            return
        self._value += data
        if len(self._value) > _FIELD:
            raise _malformed(f"the field {self._name!r} is too long")

    def _part_end(self) -> None:
        if not self._is_file:
            self.fields[self._name] = self._value.decode("utf-8", "replace")

    def _end(self) -> None:
        self._whole = True


def is_form(request: Request) -> bool:
    """Whether the body is a form rather than the file itself."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def receive(request: Request, path: Path, limit: int) -> Received:
    """Write the file of a request to `path`, at most `limit` bytes.

    Raises UploadRefused where it is larger, where the body is malformed, or where the client went away.
    """
    with path.open("wb") as out:
        sink = _Sink(out, limit)
        body: _Body = _Plain(sink)
        if is_form(request):
            _, options = parse_options_header(request.headers["content-type"])
            boundary = options.get(b"boundary", b"")
            if not 0 < len(boundary) <= 70:
                raise _malformed("it names no boundary")
            body = _Form(sink, boundary)
        try:
            async for data in request.stream():
                body.feed(data)
                await sink.drain()
        except ClientDisconnect:
            raise UploadRefused(
                "incomplete", "The connection ended before the file did.", hint="Send it again."
            ) from None
        body.finish()
        await sink.drain(end=True)
    return Received(path, sink.digest.digest(), sink.size, body.fields)


def _malformed(what: str) -> UploadRefused:
    return UploadRefused(
        "malformed",
        f"The form cannot be read: {what}.",
        hint="Send the file as the body, or one file in a multipart/form-data form.",
    )
