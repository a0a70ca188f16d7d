"""Everything the pages ask of the database, as the role oceanid_reviewer. Writes are review.decide and review.undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from workers.web.sessions import Reviewer

Row = dict[str, Any]

_WANTED = """
    (%(source)s::text IS NULL OR q.source_name = %(source)s)
    AND (%(field)s::text IS NULL OR coalesce(q.field, '') = %(field)s)
    AND (%(kind)s::text IS NULL OR q.decision_on = %(kind)s)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue is worked on; None is all. `field` '' is plain text."""

    source: str | None = None
    field: str | None = None
    kind: str | None = None

    def parameters(self) -> Row:
        """As the queries' parameters."""
        return {"source": self.source, "field": self.field, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Answer:
    """What review.decide made of an answer."""

    decision_id: int
    outcome: str
    result: str | None
    cells_settled: int


class Pooled:
    """A small pool of connections in a role of the database."""

    def __init__(self, url: str, role: str, least: int, most: int) -> None:
        def take_role(connection: psycopg.Connection[DictRow]) -> None:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))

        self._pool: ConnectionPool[psycopg.Connection[DictRow]] = ConnectionPool(
            url,
            connection_class=psycopg.Connection[DictRow],
            min_size=least,
            max_size=most,
            timeout=15,
            open=False,
            configure=take_role,
            check=ConnectionPool.check_connection,
            kwargs={"autocommit": True, "row_factory": dict_row, "application_name": "oceanid serve"},
        )

    def open(self) -> None:
        """Connect."""
        self._pool.open()

    def close(self) -> None:
        """Let the connections go."""
        self._pool.close()

    def _rows(self, query: Any, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> list[Row]:
        with self._pool.connection() as connection:
            return connection.execute(query, parameters).fetchall()

    def _row(self, query: Any, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> Row:
        return self._rows(query, parameters)[0]


class Store(Pooled):
    """What the review asks; each method is one statement or a few that only read.

    Raises psycopg.Error with an SQLSTATE of class OC where a person may be told what is wrong.
    """

    def __init__(self, url: str, size: int = 4) -> None:
        super().__init__(url, "oceanid_reviewer", 1, size)

    def sign_in(self, token: str) -> tuple[Reviewer, str]:
        """The reviewer and the token's hash in hexadecimal; OC401 where the token does not open."""
        row = self._row("SELECT * FROM review.sign_in(%s)", [token])
        return _reviewer(row), row["token_sha256"].hex()

    def session(self, token_sha256: str) -> Reviewer:
        """The reviewer behind a session; OC401 where it has ended."""
        return _reviewer(self._row("SELECT * FROM review.session(%s)", [bytes.fromhex(token_sha256)]))

    def page_size(self) -> int:
        """Items that a page shows."""
        return int(self._row("SELECT review.policy_value('batch_items') AS items")["items"])

    def queue(self, wanted: Wanted, page: int, size: int) -> list[Row]:
        """A page of the queue, the most useful first; page 1 is the first."""
        return self._rows(
            "SELECT item_id, status, decision_on, batch_key, source_name, field, subject, proposal, proposal_field,"
            " reason, cells, waiting,"
            " count(*) FILTER (WHERE decision_on <> 'audit') OVER (PARTITION BY batch_key) AS in_batch"
            f" FROM review.queue AS q WHERE {_WANTED}"
            " ORDER BY priority DESC, item_id LIMIT %(size)s OFFSET %(skip)s",
            {**wanted.parameters(), "size": size, "skip": (page - 1) * size},
        )

    def waiting(self) -> list[Row]:
        """Items that wait, by source, field and kind: what the filters offer."""
        return self._rows(
            "SELECT source_name, coalesce(field, '') AS field, decision_on, count(*) AS items"
            " FROM review.queue GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )

    def progress(self, wanted: Wanted) -> Row:
        """items that wait and the cells that they would settle; items decided, and their cells. Audits settle none."""
        return self._row(
            f"""
            SELECT count(*) AS items,
                coalesce(sum(q.cells) FILTER (WHERE q.decision_on <> 'audit'), 0)::bigint AS cells,
                (SELECT count(*) FROM review.items AS i WHERE i.status = 'decided') AS answered,
                (SELECT coalesce(sum(i.cells), 0)::bigint FROM review.items AS i
                    WHERE i.status = 'decided' AND i.decision_on <> 'audit') AS settled
            FROM review.queue AS q WHERE {_WANTED}
            """,
            wanted.parameters(),
        )

    def recent(self, size: int = 6) -> list[Row]:
        """The last answers and what they settled, newest first."""
        return self._rows(
            "SELECT d.decision_id, d.item_id, d.action, coalesce(d.result, 'NULL ' || d.result_null_reason) AS result,"
            " d.applied, d.cells_settled, d.decided_at, r.display_name, d.seen ->> 'subject' AS subject"
            " FROM review.decisions AS d JOIN review.reviewer AS r USING (reviewer)"
            " ORDER BY d.decision_id DESC LIMIT %s",
            [size],
        )

    def question(self, item_id: int) -> Row:
        """review.question: an item as it is shown. OC404 where there is none."""
        page: Row = self._row("SELECT review.question(%s) AS page", [item_id])["page"]
        return page

    def story(self, item_id: int) -> list[Row]:
        """review.story: the steps of the cell in which it is shown."""
        return self._rows("SELECT * FROM review.story(%s) ORDER BY step", [item_id])

    def neighbours(self, item_id: int, wanted: Wanted) -> tuple[int | None, int | None]:
        """The items before and after this one in the queue; after the last, and for closed items, the first is next."""
        row = self._row(
            f"""
            WITH here AS (SELECT i.priority, i.item_id FROM review.items AS i WHERE i.item_id = %(item)s),
            q AS (SELECT q.item_id, q.priority FROM review.queue AS q WHERE {_WANTED} AND q.item_id <> %(item)s)
            SELECT
                (SELECT q.item_id FROM q, here WHERE (-q.priority, q.item_id) < (-here.priority, here.item_id)
                    ORDER BY q.priority, q.item_id DESC LIMIT 1) AS before,
                coalesce(
                    (SELECT q.item_id FROM q, here WHERE (-q.priority, q.item_id) > (-here.priority, here.item_id)
                        ORDER BY q.priority DESC, q.item_id LIMIT 1),
                    (SELECT q.item_id FROM q ORDER BY q.priority DESC, q.item_id LIMIT 1)) AS after
            """,
            {**wanted.parameters(), "item": item_id},
        )
        return row["before"], row["after"]

    def batch(self, batch_key: str, size: int) -> list[Row]:
        """The open items of a batch, the most useful first. Audits are left out: they are answered one by one."""
        return self._rows(
            "SELECT item_id, status, decision_on, source_name, field, subject, machine_value, proposal, proposal_field,"
            " reason, cells, acceptable, count(*) OVER () AS all_items, sum(cells) OVER ()::bigint AS all_cells"
            " FROM review.queue WHERE batch_key = %s AND decision_on <> 'audit'"
            " ORDER BY priority DESC, item_id LIMIT %s",
            [batch_key, size],
        )

    def fields(self) -> list[Row]:
        """What a column can mean."""
        return self._rows("SELECT field, description FROM ref.field ORDER BY field")

    def decision(self, decision_id: int) -> Row | None:
        """One answer, with who gave it; None where there is none."""
        rows = self._rows(
            "SELECT d.decision_id, d.item_id, d.action, d.applied, d.cells_settled, d.reviewer, r.display_name,"
            " coalesce(d.result, 'NULL ' || d.result_null_reason) AS result, d.seen ->> 'subject' AS subject"
            " FROM review.decisions AS d JOIN review.reviewer AS r USING (reviewer) WHERE d.decision_id = %s",
            [decision_id],
        )
        return rows[0] if rows else None

    def documents(self) -> list[Row]:
        """Documents with their quality, newest first."""
        return self._rows("SELECT * FROM review.document_quality ORDER BY document_id DESC")

    def document(self, document_id: int) -> tuple[Row | None, list[Row]]:
        """One document and its columns."""
        found = self._rows("SELECT * FROM review.document_quality WHERE document_id = %s", [document_id])
        columns = self._rows(
            "SELECT * FROM review.column_quality WHERE document_id = %s ORDER BY column_position",
            [document_id],
        )
        return (found[0] if found else None), columns

    def decide(self, item_id: int, action: str, value: str | None, reviewer: str, note: str | None) -> Answer:
        """review.decide. `value` only with `custom`."""
        row = self._row(
            "SELECT * FROM review.decide(%s, %s, %s, %s, %s)", [item_id, action, value, reviewer, note]
        )
        return Answer(row["decision_id"], row["outcome"], row["result"], row["cells_settled"])

    def undo(self, item_id: int, reviewer: str) -> Answer:
        """review.undo: takes the item's last applied answer back."""
        row = self._row("SELECT * FROM review.undo(%s, %s)", [item_id, reviewer])
        return Answer(row["decision_id"], "undone", None, row["cells_settled"])


def _reviewer(row: Row) -> Reviewer:
    return Reviewer(row["reviewer"], row["display_name"], row["may_adjudicate"])
