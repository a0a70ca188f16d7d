"""The queue `ingest`: reads a registered file into stage.raw_values and stage.rows.

All work on the file is done before the Commit: fetched, decoded, encoded as COPY text into the job's scratch
directory. The one transaction then only copies that text in, names the columns and sends the next job.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from workers.errors import DocumentRejected, JobRejected
from workers.objects import fetch
from workers.pages import is_pdf
from workers.reader import Table, read
from workers.reader.model import Header, Limits, Preview, ReadOptions
from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "ingest"

_PIECE = 1024 * 1024
_VALUES = (
    "COPY stage.raw_values (document_id, column_position, value_no, raw_type, raw_value, cell_count)"
    " FROM STDIN"
)
_ROWS = "COPY stage.rows (document_id, row_index, source_line, value_nos) FROM STDIN"

log = logging.getLogger("oceanid.ingest")


def handle(job: Job, services: Services) -> Commit:
    """Read one document (payload: document_id).

    A file that cannot be read is not a failure of the job: the Commit rejects the document. Raises
    JobRejected where the payload, the document or its object is missing, ServiceUnavailable where the object
    store does not answer.
    """
    document_id = job.payload.get("document_id")
    if not isinstance(document_id, int):
        raise JobRejected("The job names no document.", hint='Payload of `ingest`: {"document_id": 1}.')
    with services.connect() as conn:
        row = conn.execute(
            "SELECT d.status, d.object_key, d.sha256, d.read_options, s.source_type, s.source_name"
            " FROM stage.documents AS d JOIN stage.source AS s USING (source_id) WHERE d.document_id = %s",
            [document_id],
        ).fetchone()
        limits = Limits.from_rows(dict(conn.execute("SELECT name, value FROM stage.limits").fetchall()))
    if row is None:
        raise JobRejected(
            f"There is no document {document_id}.", hint="It was removed; nothing is left to do."
        )
    status, object_key, sha256, read_options, source_type, source_name = row
    if status != "received":
        log.info("document %s is %s already", document_id, status)
        return lambda conn: None

    path = services.scratch / "object"
    fetch(services.settings, object_key, bytes(sha256), path)
    if is_pdf(path):
        # Nobody said so when it was registered.
        return lambda conn: _extract(conn, document_id)

    def locate(previews: list[Preview]) -> Header | None:
        with services.connect() as conn:
            found = conn.execute(
                "SELECT sheet_no, header_row, header_height, confidence, why"
                " FROM stage.locate_header(%s, %s, %s)",
                [Jsonb([p.as_json() for p in previews]), source_type, source_name],
            ).fetchone()
        return Header(*found) if found else None

    try:
        table = read(path, document_id, ReadOptions.from_json(read_options), limits, locate, services.scratch)
    except DocumentRejected as error:
        reason = f"{error.message} {error.hint}" if error.hint else error.message
        return lambda conn: _reject(conn, document_id, reason)
    finally:
        path.unlink(missing_ok=True)
    return lambda conn: _store(conn, document_id, table)


def _extract(conn: Connection, document_id: int) -> None:
    conn.execute("SELECT stage.extract_document(%s)", [document_id])


def _reject(conn: Connection, document_id: int, reason: str) -> None:
    conn.execute("SELECT stage.reject_document(%s, %s)", [document_id, reason])
    log.warning("document %s rejected: %s", document_id, reason)


def _store(conn: Connection, document_id: int, table: Table) -> None:
    # A message that came twice finds the document read: nothing is written a second time.
    claimed = conn.execute("SELECT stage.claim_document(%s)", [document_id]).fetchone()
    if claimed is None or not claimed[0]:
        return
    _copy(conn, _VALUES, table.values)
    _copy(conn, _ROWS, table.rows)
    facts: dict[str, Any] = {**table.facts, "why": table.header.why, "confidence": table.header.confidence}
    conn.execute(
        "SELECT stage.accept_table(%s, %s, %s)", [document_id, Jsonb(table.header_rows), Jsonb(facts)]
    )


def _copy(conn: Connection, statement: str, path: Path) -> None:
    with path.open("rb") as stream, conn.cursor() as cursor, cursor.copy(statement) as copy:
        while piece := stream.read(_PIECE):
            copy.write(piece)
