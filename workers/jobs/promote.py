"""Queue `promote`: one gated document becomes curated records, or stays in stage with reasons. All of it is SQL."""

from __future__ import annotations

import logging

from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "promote"

log = logging.getLogger("oceanid.promote")


def handle(job: Job, services: Services) -> Commit:
    """Nothing to do outside the database: the Commit calls `promote.run_requested` for `payload["document_id"]`."""
    document_id = int(job.payload["document_id"])

    def commit(connection: Connection) -> None:
        row = connection.execute(
            "SELECT status, records_new, records_held, vessels FROM promote.run_requested(%s)", (document_id,)
        ).fetchone()
        assert row is not None
        if row[0] is None:
            log.info("document %s was rolled back: left to a person", document_id)
        else:
            log.info("document %s %s: %s new records, %s held, %s vessels", document_id, *row)

    return commit
