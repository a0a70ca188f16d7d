"""Queue `ask`: a gated document's questions enter the review's queue, and get suggestions by likeness of texts."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from workers.runtime_types import Commit, Connection, Job, Services

QUEUE = "ask"


def handle(job: Job, services: Services) -> Commit:
    """Ask about `payload["document_id"]`; with `payload["suggest"]`, a source, look for suggestions for its items."""
    source_id = job.payload.get("suggest")
    if source_id is not None:
        return _suggest(int(source_id), services)
    document_id = int(job.payload["document_id"])
    return lambda connection: _ask(connection, document_id)


def _ask(connection: Connection, document_id: int) -> None:
    connection.execute("SELECT review.ask(%s)", (document_id,))


def _suggest(source_id: int, services: Services) -> Commit:
    """Which texts are compared, how many are kept and from which likeness on: all of it the database says."""
    with services.connect() as connection:
        work = connection.execute(
            "SELECT item_ids, texts, candidates, keep, cutoff FROM review.suggestion_work(%s)", (source_id,)
        ).fetchall()
    items: list[int] = []
    texts: list[str] = []
    alike: list[str] = []
    likeness: list[float] = []
    for item_ids, wanted, candidates, keep, cutoff in work:
        items += item_ids
        for text in wanted:
            # plain likeness of the letters: what is alike, and how a text is folded before, was decided in SQL
            best = process.extract(
                text, candidates, scorer=fuzz.ratio, processor=None, limit=keep, score_cutoff=100 * cutoff
            )
            for candidate, score, _ in best:
                texts.append(text)
                alike.append(candidate)
                likeness.append(score / 100)

    def commit(connection: Connection) -> None:
        connection.execute(
            "SELECT review.take_suggestions(%s::bigint[], %s::text[], %s::text[], %s::real[])",
            (items, texts, alike, likeness),
        )

    return commit
