"""Queue `clean`: one document that was read becomes cells that are cleaned and gated. All of it is SQL."""

from __future__ import annotations

from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "clean"


def handle(job: Job, services: Services) -> Commit:
    """Nothing to do outside the database: the Commit calls `clean.clean_document` for `payload["document_id"]`."""
    document_id = int(job.payload["document_id"])

    def commit(connection: Connection) -> None:
        connection.execute("SELECT clean.clean_document(%s)", (document_id,))

    return commit
