"""The queue `extract`: reads a registered PDF into pages, tables and cells.

All outside work is done before the Commit: the object fetched, its pages drawn and stored, the model asked in
ranges of pages. What the model answered is kept in the object store range by range, so that a job begun again asks
only for what is missing. The one transaction copies it all in and lets `stage.accept_extraction` decide what becomes
of the tables.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from workers.errors import DocumentRejected, JobRejected
from workers.objects import ObjectStore, fetch, hash_file, object_store
from workers.pages import PageImage, PagePolicy, Pages
from workers.runtime_types import Commit, Connection, Job, Services
from workers.triton import Model, address

QUEUE = "extract"

_COPIES = {
    "document_pages": (
        "document_id, run_id, page_no, width, height, rotation, image_key, image_sha256, text, text_sha256,"
        " ocr_confidence, blocks, lines, tokens, tables, figures, runtime_ms"
    ),
    "document_tables": "document_id, run_id, table_no, page_no, box, confidence, row_count, column_count",
    "table_cells": (
        "document_id, run_id, table_no, row_no, column_no, row_span, column_span, is_header, text, page_no, box,"
        " confidence"
    ),
}
_PIECE = 1024 * 1024

log = logging.getLogger("oceanid.extract")


@dataclass(frozen=True, slots=True)
class _Document:
    document_id: int
    object_key: str
    sha256: bytes
    prefix: str
    deaths: int
    run_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class _Picture:
    rotation: int
    key: str
    sha256: bytes


def handle(job: Job, services: Services) -> Commit:
    """Read one PDF (payload: document_id).

    A PDF that cannot be read is not a failure of the job: the Commit rejects the document. Raises JobRejected
    where the payload, the document or its object is missing, ServiceUnavailable where the model or the object store
    does not answer.
    """
    document_id = job.payload.get("document_id")
    if not isinstance(document_id, int):
        raise JobRejected("The job names no document.", hint='Payload of `extract`: {"document_id": 1}.')
    with services.connect() as conn:
        row = conn.execute(
            "SELECT d.status, d.object_key, d.sha256, stage.document_prefix(d.document_uuid, d.version_no),"
            " stage.model_deaths(d.document_id), stage.uuid_v7()::text, clock_timestamp()"
            " FROM stage.documents AS d WHERE d.document_id = %s",
            [document_id],
        ).fetchone()
        policy = dict(conn.execute("SELECT name, value FROM stage.pdf_policy").fetchall())
    if row is None:
        raise JobRejected(
            f"There is no document {document_id}.", hint="It was removed; nothing is left to do."
        )
    status, *facts = row
    if status != "received":
        log.info("document %s is %s already", document_id, status)
        return lambda conn: None
    document = _Document(document_id, *facts)
    identity: dict[str, Any] = {"engine": "none"}
    try:
        pages = _pages(PagePolicy.from_rows(policy))
        path = services.scratch / "original.pdf"
        fetch(services.settings, document.object_key, bytes(document.sha256), path)
        count = pages.count(path)
        if document.deaths >= policy["max_model_deaths"]:
            raise DocumentRejected(
                f"The model died {document.deaths} times while it read this document.",
                hint="Print it to a new PDF and send that, or read it with another configuration of the model.",
            )
        with closing(Model(address(services.settings))) as model:
            # As long as a call may take: the one instance may be busy with another worker's pages.
            identity = model.describe(float(policy["call_seconds"]))
            reading = _Reading(document, identity, policy, pages, model, services, path)
            copies = reading.run(count)
    except DocumentRejected as error:
        reason = f"{error.message} {error.hint}" if error.hint else error.message
        return lambda conn: _reject(conn, document, identity, reason)
    return lambda conn: _store(conn, document, identity, count, copies)


@lru_cache(maxsize=1)
def _pages(policy: PagePolicy) -> Pages:
    """The helper that opens PDFs, kept from job to job; it ends with the worker."""
    return Pages(policy)


class _Reading:
    """One document's outside work: pictures and ranges, each kept in the object store as soon as it is there."""

    def __init__(
        self,
        document: _Document,
        identity: dict[str, Any],
        policy: dict[str, Any],
        pages: Pages,
        model: Model,
        services: Services,
        path: Path,
    ) -> None:
        self._document = document
        self._policy = policy
        self._pages = pages
        self._model = model
        self._path = path
        self._pdf = path.read_bytes()
        self._store: ObjectStore = object_store(services.settings)
        self._scratch = services.scratch
        # Ranges that another engine or other options read are of no use.
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
        self._parts = f"{document.prefix}/parts/{digest}"

    def run(self, count: int) -> dict[str, Path]:
        """Read all pages; the files of COPY text by table. Raises as `handle` does, DocumentRejected too."""
        step = max(int(self._policy["pages_per_call"]), 1)
        ranges = [(first, min(first + step - 1, count)) for first in range(1, count + 1, step)]
        with ThreadPoolExecutor(max(int(self._policy["calls_at_once"]), 1) + 1) as pool:
            pictures = pool.submit(self._pictures, ranges)
            parts = [pool.submit(self._part, first, last) for first, last in ranges]
            try:
                files = [part.result() for part in parts]
                drawn = pictures.result()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return self._copy_files(files, drawn)

    def _part(self, first: int, last: int) -> Path:
        """The model's answer for a range, from the object store where it was read before."""
        key = f"{self._parts}/{first:04d}-{last:04d}.json"
        file = self._scratch / f"{first:04d}-{last:04d}.json"
        if self._store.exists(key):
            self._store.get(key, file)
            return file
        answer = self._model.read(
            self._pdf,
            first,
            last,
            seconds=float(self._policy["call_seconds"]),
            queue_seconds=float(self._policy["queue_seconds"]),
        )
        if answer["outcome"] != "done":
            raise DocumentRejected(answer["error"], hint="Print it to a new PDF and send that.")
        missing = set(range(first, last + 1)) - {page["page_no"] for page in answer["pages"]}
        if missing:
            raise DocumentRejected(
                f"The model gave nothing for page {min(missing)}.",
                hint="Print it to a new PDF and send that.",
            )
        file.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
        self._store.put(key, file)
        return file

    def _pictures(self, ranges: Iterable[tuple[int, int]]) -> dict[int, _Picture]:
        """Draw and store the pages' pictures, range by range, while the model reads."""
        return {
            image.page_no: self._keep(image)
            for first, last in ranges
            for image in self._pages.render(self._path, first, last, self._scratch)
        }

    def _keep(self, image: PageImage) -> _Picture:
        """Store a page's picture. A key is written once: what was stored first stays."""
        key = f"{self._document.prefix}/pages/{image.page_no:04d}.jpg"
        if self._store.exists(key):
            self._store.get(key, image.path)
        else:
            self._store.put(key, image.path)
        picture = _Picture(image.rotation, key, hash_file(image.path)[0])
        image.path.unlink()
        return picture

    def _copy_files(self, parts: list[Path], pictures: dict[int, _Picture]) -> dict[str, Path]:
        files = {name: self._scratch / f"{name}.copy" for name in _COPIES}
        streams = {name: file.open("w", encoding="utf-8", newline="") for name, file in files.items()}
        table_no = 0
        try:
            for part in parts:
                answer = json.loads(part.read_text(encoding="utf-8"))
                part.unlink()
                for page in answer["pages"]:
                    tables = [
                        {"table_no": table_no + n, **_outline(answer["tables"][n - 1])}
                        for n in page["tables"]
                    ]
                    row = self._page_row(page, tables, pictures[page["page_no"]])
                    streams["document_pages"].write(copy_line(row))
                for table in answer["tables"]:
                    table_no += 1
                    for name, row in self._table_rows(table_no, table):
                        streams[name].write(copy_line(row))
        finally:
            for stream in streams.values():
                stream.close()
        return files

    def _page_row(self, page: dict[str, Any], tables: list[dict[str, Any]], picture: _Picture) -> list[Any]:
        text = page["text"]
        return [
            self._document.document_id,
            self._document.run_id,
            page["page_no"],
            page["width"],
            page["height"],
            picture.rotation,
            picture.key,
            picture.sha256,
            text,
            hashlib.sha256(text.encode()).digest(),
            page["ocr_confidence"],
            page["blocks"],
            page["lines"],
            page["tokens"],
            tables,
            page["figures"],
            page["runtime_ms"],
        ]

    def _table_rows(self, table_no: int, table: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        begin = [self._document.document_id, self._document.run_id, table_no]
        yield (
            "document_tables",
            [
                *begin,
                table["page_no"],
                _Box(table["box"]),
                table["confidence"],
                table["rows"],
                table["columns"],
            ],
        )
        taken = set()
        for cell in table["cells"]:
            if (place := (cell["row"], cell["column"])) in taken:
                continue
            taken.add(place)
            yield (
                "table_cells",
                [
                    *begin,
                    *place,
                    cell["row_span"],
                    cell["column_span"],
                    cell["header"],
                    cell["text"],
                    table["page_no"],
                    _Box(cell["box"]),
                    cell["confidence"],
                ],
            )


class _Box(list[float]):
    """Four numbers that are an array of PostgreSQL, not JSON."""


def copy_line(values: Iterable[Any]) -> str:
    """One row as COPY's text format takes it: NULL, numbers, text, bytes, boxes, and everything else as JSON."""
    return "\t".join(map(_copy_text, values)) + "\n"


def _copy_text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, _Box):
        return "{" + ",".join(map(repr, map(float, value))) + "}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _outline(table: dict[str, Any]) -> dict[str, Any]:
    return {name: table[name] for name in ("box", "confidence", "rows", "columns")}


def _record(
    conn: Connection, document: _Document, identity: dict[str, Any], outcome: str, **more: Any
) -> None:
    conn.execute(
        "INSERT INTO stage.extraction_runs (run_id, document_id, started_at, outcome, engine, model_version,"
        " image_digest, params, page_count, error) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            document.run_id,
            document.document_id,
            document.started_at,
            outcome,
            identity["engine"],
            identity.get("model_version"),
            identity.get("image_digest"),
            Jsonb({"options": identity.get("options", {}), "versions": identity.get("versions", {})}),
            more.get("page_count"),
            more.get("error"),
        ],
    )


def _reject(conn: Connection, document: _Document, identity: dict[str, Any], reason: str) -> None:
    rejected = conn.execute("SELECT stage.reject_document(%s, %s)", [document.document_id, reason]).fetchone()
    if rejected is None or not rejected[0]:
        return
    _record(conn, document, identity, "failed", error=reason)
    log.warning("document %s rejected: %s", document.document_id, reason)


def _store(
    conn: Connection, document: _Document, identity: dict[str, Any], count: int, copies: dict[str, Path]
) -> None:
    # A message that came twice finds the document read: nothing is written a second time.
    claimed = conn.execute("SELECT stage.claim_document(%s)", [document.document_id]).fetchone()
    if claimed is None or not claimed[0]:
        return
    _record(conn, document, identity, "done", page_count=count)
    for name, columns in _COPIES.items():
        with (
            copies[name].open("rb") as stream,
            conn.cursor() as cursor,
            cursor.copy(f"COPY stage.{name} ({columns}) FROM STDIN".encode()) as copy,
        ):
            while piece := stream.read(_PIECE):
                copy.write(piece)
    conn.execute("SELECT stage.accept_extraction(%s, %s)", [document.document_id, document.run_id])
