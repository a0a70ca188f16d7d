"""Queue `score`: how alike raw and clean texts are, the one thing of the gate that SQL does too slowly."""

from __future__ import annotations

from rapidfuzz import fuzz

from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "score"


def likeness(raw: str, cleaned: str) -> float:
    """Normalised indel similarity of two texts, case folded, from 0 (nothing shared) to 1 (equal)."""
    return fuzz.ratio(raw.casefold(), cleaned.casefold()) / 100


def handle(job: Job, services: Services) -> Commit:
    """Compare every pair of `payload["document_id"]` that waits for it; the Commit hands the numbers to the gate."""
    document_id = int(job.payload["document_id"])
    with services.connect() as connection:
        pairs = connection.execute(
            "SELECT value_id, raw_value, cleaned_value FROM clean.pairs_to_compare(%s)", (document_id,)
        ).fetchall()
    value_ids = [value_id for value_id, _, _ in pairs]
    similarities = [likeness(raw, cleaned) for _, raw, cleaned in pairs]

    def commit(connection: Connection) -> None:
        connection.execute(
            "SELECT clean.take_similarities(%s, %s::bigint[], %s::real[])",
            (document_id, value_ids, similarities),
        )

    return commit
