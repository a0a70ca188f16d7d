"""Queue `score`: how alike raw and clean texts are, the one thing of the gate that SQL does too slowly."""

from __future__ import annotations

from array import array

from rapidfuzz import fuzz

from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "score"

_SLICE = 10_000


def likeness(raw: str, cleaned: str) -> float:
    """Normalised indel similarity of two texts, case folded, from 0 (nothing shared) to 1 (equal)."""
    return fuzz.ratio(raw.casefold(), cleaned.casefold()) / 100


def handle(job: Job, services: Services) -> Commit:
    """Compare every pair of `payload["document_id"]` that waits for it; the Commit hands the numbers to the gate.

    The texts are streamed and only twelve bytes a pair are kept, so that a long list needs no more memory.
    """
    document_id = int(job.payload["document_id"])
    value_ids = array("q")
    similarities = array("f")
    with services.connect() as connection, connection.cursor() as cursor:
        query = "SELECT value_id, raw_value, cleaned_value FROM clean.pairs_to_compare(%s)"
        for value_id, raw, cleaned in cursor.stream(query, (document_id,)):
            value_ids.append(value_id)
            similarities.append(likeness(raw, cleaned))

    def commit(connection: Connection) -> None:
        # Once at least: where nothing waits any more, the gate still has to be closed.
        for start in range(0, max(len(value_ids), 1), _SLICE):
            part = slice(start, start + _SLICE)
            connection.execute(
                "SELECT clean.take_similarities(%s, %s::bigint[], %s::real[])",
                (document_id, value_ids[part].tolist(), similarities[part].tolist()),
            )

    return commit
