"""Queue `argilla_pull`: answers given in Argilla become decisions, one page of a dataset a job."""

from __future__ import annotations

import logging
from typing import Any

from psycopg.types.json import Jsonb

from workers.argilla_client import argilla
from workers.errors import JobRejected
from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "argilla_pull"

log = logging.getLogger("oceanid.argilla")


def handle(job: Job, services: Services) -> Commit:
    """Fetch the answers to `payload["size"]` records from `payload["from"]` on; the Commit takes them and sends
    the next page.

    Which of them are new the database knows: a page that is fetched twice is taken once. A job with
    `payload["sync"]` only calls review.argilla_sync().
    """
    server = argilla(services.settings)
    if job.payload.get("sync"):
        return _sync
    dataset, start, size, sweep = (job.payload.get(name) for name in ("dataset", "from", "size", "sweep"))
    if not (
        isinstance(dataset, str)
        and isinstance(start, int)
        and isinstance(size, int)
        and isinstance(sweep, int)
    ):
        raise JobRejected("The job names no dataset.", hint="SELECT * FROM review.argilla_sync();")
    dataset_id = server.find_dataset(dataset)
    if dataset_id is None:
        log.warning("dataset %s is not in Argilla; it was removed there", dataset)
        return lambda connection: None
    records = server.page(dataset_id, start, size)
    responses = _responses(records, server.me(), server.users())

    def commit(connection: Connection) -> None:
        if responses:
            row = connection.execute(
                "SELECT review.argilla_take(%s, %s)", (dataset, Jsonb(responses))
            ).fetchone()
            if row and row[0]:
                log.info("%s: %s", job.name, row[0])
        if len(records) == size:
            following = start + len(records)
            connection.execute(
                "SELECT ops.enqueue('argilla_pull', %s, %s)",
                (Jsonb({**job.payload, "from": following}), f"pull:{dataset}:{sweep}:{following}"),
            )

    return commit


def _sync(connection: Connection) -> None:
    connection.execute("SELECT review.argilla_sync()")


def _responses(records: list[dict[str, Any]], me: str, users: dict[str, str]) -> list[dict[str, Any]]:
    """Everybody's responses but this program's own, as review.argilla_take reads them."""
    return [
        {
            "response_id": response["id"],
            "external_id": record["external_id"],
            "user": users.get(response["user_id"], response["user_id"]),
            "status": response["status"],
            "values": response["values"] or {},
            "updated_at": response["updated_at"],
        }
        for record in records
        for response in record.get("responses") or []
        if response["user_id"] != me
    ]
