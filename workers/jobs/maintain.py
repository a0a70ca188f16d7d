"""Queue `maintain`: what `ops.schedule` says is due is called. All of it is SQL."""

from __future__ import annotations

from workers.errors import JobRejected
from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "maintain"


def handle(job: Job, services: Services) -> Commit:
    """Nothing to do outside the database: the Commit calls `ops.run_schedule` for `payload["schedule"]`."""
    name = job.payload.get("schedule")
    if not isinstance(name, str):
        raise JobRejected("The job names no schedule.", hint="SELECT * FROM ops.schedule_status lists them.")

    def commit(connection: Connection) -> None:
        connection.execute("SELECT ops.run_schedule(%s)", (name,))

    return commit
