"""What the tests of the queue functions share."""

from __future__ import annotations

from typing import Any

import psycopg


def one(db: psycopg.Connection, query: str, *values: Any) -> Any:
    """The first column of the first row."""
    row = db.execute(query, values).fetchone()
    assert row is not None
    return row[0]


def send(db: psycopg.Connection, key: str, queue: str = "clean", payload: str = '{"document_id": 1}') -> int:
    """Enqueue a job; returns its msg_id."""
    return one(db, "SELECT ops.enqueue(%s, %s, %s)", queue, payload, key)


def take(
    db: psycopg.Connection, queue: str = "clean", worker: str = "w1", limit: int | None = None
) -> list[Any]:
    """Take a batch: (msg_id, read_ct, job_key, attempt) each."""
    return db.execute(
        "SELECT msg_id, read_ct, job_key, attempt FROM ops.take(%s, %s, %s)", (queue, worker, limit)
    ).fetchall()


def begun(db: psycopg.Connection, queue: str = "clean", worker: str = "w1") -> tuple[str, int, int]:
    """Take one job and begin it; returns its lease (queue, msg_id, read_ct)."""
    ((msg_id, read_ct, *_),) = take(db, queue, worker, 1)
    db.execute("SELECT ops.begin_attempt(%s, %s, %s)", (queue, msg_id, read_ct))
    return queue, msg_id, read_ct


def show_now(db: psycopg.Connection, queue: str = "clean") -> None:
    """Let every lease and every wait of the queue end now: a test need not sleep."""
    db.execute(f"UPDATE pgmq.q_{queue} SET vt = clock_timestamp()")


def job(db: psycopg.Connection, key: str, queue: str = "clean") -> dict[str, Any]:
    """The ledger's row."""
    cursor = db.execute("SELECT * FROM ops.job WHERE queue = %s AND job_key = %s", (queue, key))
    assert cursor.description is not None
    row = cursor.fetchone()
    assert row is not None
    return dict(zip([column.name for column in cursor.description], row, strict=True))


def attempts(db: psycopg.Connection, key: str, queue: str = "clean") -> list[str]:
    """Outcomes of the job's attempts, in order."""
    return [
        row[0]
        for row in db.execute(
            "SELECT a.outcome FROM ops.job_attempt AS a JOIN ops.job AS j USING (job_id)"
            " WHERE j.queue = %s AND j.job_key = %s ORDER BY a.msg_id, a.read_ct",
            (queue, key),
        )
    ]


def depth(db: psycopg.Connection, queue: str = "clean") -> dict[str, int]:
    """The counts of ops.queue_depth."""
    row = db.execute(
        "SELECT messages, visible, in_flight, delayed, overdue FROM ops.queue_depth WHERE queue = %s",
        (queue,),
    ).fetchone()
    assert row is not None
    return dict(zip(["messages", "visible", "in_flight", "delayed", "overdue"], row, strict=True))


def consistent(db: psycopg.Connection) -> bool:
    """True where ledger and queues agree on every job."""
    return db.execute("SELECT * FROM ops.job_mismatch").fetchall() == []
