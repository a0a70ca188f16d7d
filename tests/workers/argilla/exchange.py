"""Playing the worker and the people without a server: what was sent, and what comes back."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from tests.documents import Desk

DATASET = "oceanid-imo"


def sync(desk: Desk) -> tuple[int, int]:
    (row,) = desk.rows("SELECT * FROM review.argilla_sync()")
    return row["pushes"], row["pulls"]


def pending(desk: Desk) -> dict[str, dict[str, Any]]:
    return {row["external_id"]: row for row in desk.rows("SELECT * FROM review.argilla_pending")}


def push(desk: Desk) -> dict[str, dict[str, Any]]:
    """Plan, and say that all was sent."""
    sync(desk)
    sent = pending(desk)
    rows = [
        {
            "item_id": p["item_id"],
            "round": p["round"],
            "record_id": str(uuid.uuid4()),
            "content_hash": p["content_hash"],
            "withdrawn": p["step"] == "withdraw",
        }
        for p in sent.values()
    ]
    assert desk.one("SELECT review.argilla_mark(%s)", Jsonb(rows)) == len(rows)
    return sent


def response(
    external_id: str,
    action: str = "custom",
    value: str | None = None,
    user: str = "Maria",
    status: str = "submitted",
    response_id: str | None = None,
    after: float = 0,
) -> dict[str, Any]:
    """A response as the worker reads it; `after` seconds from now."""
    answer: dict[str, Any] = {"action": {"value": action}, "note": {"value": "seen"}}
    if value is not None:
        answer["value"] = {"value": value}
    at = datetime.now(UTC) + timedelta(seconds=after)
    return {
        "response_id": response_id or str(uuid.uuid4()),
        "external_id": external_id,
        "user": user,
        "status": status,
        "values": answer,
        "updated_at": at.replace(tzinfo=None).isoformat(),
    }


def take(desk: Desk, *responses: dict[str, Any]) -> dict[str, int]:
    return dict(desk.one("SELECT review.argilla_take(%s, %s)", DATASET, Jsonb(list(responses))))
