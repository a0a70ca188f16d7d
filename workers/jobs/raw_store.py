"""Queue `raw_store`: the pages of a finished extraction go into the append-only raw store; and its check.

All outside the database is done before the Commit and bears being done twice: Parquet is written, put into the object
store and loaded. The Commit records what the store has now.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from workers.errors import JobRejected
from workers.objects import object_store
from workers.raw_store import parquet_key, raw_store, write_parquet
from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "raw_store"

log = logging.getLogger("oceanid.raw_store")


def handle(job: Job, services: Services) -> Commit:
    """Load a run (payload: document_id, run_id), or check the whole store (payload: check).

    Raises JobRejected where the payload names no finished run or the raw store has other rows of it,
    ServiceUnavailable where the raw store or the object store is not ready.
    """
    if job.payload.get("check") is True:
        return _check(services)
    return _load(*_named(job), services)


def _named(job: Job) -> tuple[int, str]:
    document_id, run_id = job.payload.get("document_id"), job.payload.get("run_id")
    try:
        if not isinstance(document_id, int):
            raise ValueError
        return document_id, str(UUID(str(run_id)))
    except ValueError:
        raise JobRejected(
            "The job names no run of extraction.",
            hint='Payload of `raw_store`: {"document_id": 1, "run_id": "…"}.',
        ) from None


def _load(document_id: int, run_id: str, services: Services) -> Commit:
    documents = list(_rows(services, "raw_document_export", document_id, run_id))
    if not documents:
        raise JobRejected(
            f"Document {document_id} has no finished run {run_id}.",
            hint="SELECT * FROM stage.extraction_runs lists them.",
        )
    with services.connect() as conn:
        row = conn.execute(
            "SELECT doc_id, ingest_ts AT TIME ZONE 'UTC', ingest_ts FROM stage.raw_document_export"
            " WHERE document_id = %s AND run_id = %s",
            [document_id, run_id],
        ).fetchone()
    assert row is not None
    doc_id, day, ingest_ts = row
    files = {table: services.scratch / f"{table}.parquet" for table in ("raw_documents", "raw_pages")}
    write_parquet("raw_documents", documents, files["raw_documents"])
    write_parquet("raw_pages", _rows(services, "raw_page_export", document_id, run_id), files["raw_pages"])
    keys = {table: parquet_key(table, day, run_id) for table in files}
    objects = object_store(services.settings)
    for table, path in files.items():
        objects.put(keys[table], path)
    with raw_store(services.settings) as store:
        run = store.add(files["raw_documents"], files["raw_pages"], run_id)
    log.info("run %s of document %s: %s pages in the raw store", run_id, document_id, run.pages)

    def commit(conn: Connection) -> None:
        conn.execute(
            "SELECT stage.record_raw_load(%s, %s, %s, %s, %s, %s, %s)",
            [
                run_id,
                doc_id,
                ingest_ts,
                list(keys.values()),
                run.pages,
                run.document_sha256,
                run.pages_sha256,
            ],
        )

    return commit


def _rows(services: Services, view: str, document_id: int, run_id: str) -> Iterator[dict[str, Any]]:
    """Rows of an export, one at a time: a document of thousands of pages is never in memory as a whole."""
    with services.connect() as conn, conn.cursor() as cursor:
        query = f"SELECT to_json(e) FROM stage.{view} AS e WHERE e.document_id = %s AND e.run_id = %s"
        for (row,) in cursor.stream(query.encode(), [document_id, run_id]):
            yield row


def _check(services: Services) -> Commit:
    with services.connect() as conn:
        row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    as_of = row[0]
    with raw_store(services.settings) as store:
        found = [asdict(run) for run in store.runs()]

    def commit(conn: Connection) -> None:
        answer = conn.execute("SELECT stage.take_raw_check(%s, %s)", [Jsonb(found), as_of]).fetchone()
        wrong = answer[0] if answer else 0
        log.log(
            logging.ERROR if wrong else logging.INFO, "raw store: %s runs, %s do not hold", len(found), wrong
        )

    return commit
