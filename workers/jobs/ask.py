"""Queue `ask`: a gated document's questions and audits enter the review's queue. All of it is SQL."""

from __future__ import annotations

from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "ask"


def handle(job: Job, services: Services) -> Commit:
    """Nothing to do outside the database: the Commit calls `review.ask` for `payload["document_id"]`."""
    document_id = int(job.payload["document_id"])

    def commit(connection: Connection) -> None:
        connection.execute("SELECT review.ask(%s)", (document_id,))

    return commit
