"""Queue `argilla_push`: items that wait for an answer become records of Argilla; settled ones are closed there."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from workers.argilla_client import RECORDS_A_REQUEST, argilla
from workers.errors import JobRejected
from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "argilla_push"


def handle(job: Job, services: Services) -> Commit:
    """Send what of `payload["items"]` the dataset `payload["dataset"]` does not show as it is now.

    Records are written by external id: sent again after a crash, they are the same records.
    """
    dataset, items = job.payload.get("dataset"), job.payload.get("items")
    if not isinstance(dataset, str) or not isinstance(items, list) or len(items) > RECORDS_A_REQUEST:
        raise JobRejected(
            "The job names no dataset or no items.", hint="SELECT * FROM review.argilla_sync();"
        )
    server = argilla(services.settings)
    with services.connect() as conn:
        pending = conn.execute(
            "SELECT item_id, round, external_id, content, content_hash, step = 'withdraw'"
            " FROM review.argilla_pending WHERE dataset = %s AND item_id = ANY(%s::bigint[]) ORDER BY item_id",
            (dataset, items),
        ).fetchall()
        row = conn.execute("SELECT review.argilla_definition(%s)", (dataset,)).fetchone()
    if not pending or row is None:
        return lambda connection: None

    dataset_id = server.ensure_dataset(row[0])
    questions, me = server.question_ids(dataset_id), server.me()
    written = server.upsert(dataset_id, [_record(p[2], p[3], questions, me) for p in pending])
    sent = [
        {
            "item_id": item_id,
            "round": asked,
            "record_id": written[external_id],
            "content_hash": content_hash,
            "withdrawn": withdrawn,
        }
        for item_id, asked, external_id, _, content_hash, withdrawn in pending
    ]

    def commit(connection: Connection) -> None:
        connection.execute("SELECT review.argilla_mark(%s)", (Jsonb(sent),))

    return commit


def _record(external_id: str, content: dict[str, Any], questions: dict[str, str], me: str) -> dict[str, Any]:
    """The record with Argilla's own ids in place of the names of questions, and of nobody."""
    suggestions = [{**s, "question_id": questions[s["question"]]} for s in content["suggestions"]]
    for suggestion in suggestions:
        del suggestion["question"]
    record = {
        "external_id": external_id,
        "fields": content["fields"],
        "metadata": content["metadata"],
        "suggestions": suggestions,
    }
    if content["responses"]:
        record["responses"] = [{**r, "user_id": me} for r in content["responses"]]
    return record
