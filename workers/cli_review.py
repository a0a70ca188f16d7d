"""`oceanid review`: what waits for a human, and, with `--as NAME`, answering it in the terminal, key by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import psycopg
import typer
from psycopg.rows import dict_row
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workers.cli_status import show_decisions
from workers.database import connect, database_url
from workers.errors import OceanidError, from_database
from workers.settings import get_settings
from workers.web import words

Row = dict[str, Any]
_KEYS = {"a": "accept", "r": "reject", "u": "unsure"}
_NEXT = """
SELECT q.item_id FROM review.queue AS q WHERE q.item_id <> ALL (%s) ORDER BY q.priority DESC, q.item_id LIMIT 1
"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def review(
        limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 30,
        reviewer: Annotated[
            str | None, typer.Option("--as", metavar="NAME", help="Answer, item by item, as this reviewer.")
        ] = None,
    ) -> None:
        """What waits for a human, those that settle most cells first; with --as, answer it here."""
        console = Console(highlight=False)
        with connect(database_url(get_settings()), autocommit=True) as connection:
            if reviewer is None:
                show_decisions(console, connection, limit)
                return
            # only what a reviewer may do; every answer is one statement
            connection.execute("SET ROLE oceanid_reviewer")
            connection.execute("SELECT review.check_reviewer(%s)", [reviewer])
            Desk(console, connection, reviewer).work()


class Desk:
    """One reviewer at a terminal. Nothing is held between two keys: the database is asked anew."""

    def __init__(self, console: Console, connection: psycopg.Connection[Any], reviewer: str) -> None:
        self._console = console
        self._connection = connection
        self._reviewer = reviewer
        self._skipped: list[int] = []
        self._answered: list[tuple[int, int]] = []
        self._answers = self._settled = 0
        self._note: str | None = None

    def work(self) -> None:
        """Ask until the queue is empty or the person leaves (q, Ctrl-C, end of input)."""
        try:
            while self._step():
                pass
        except (typer.Abort, EOFError):
            self._console.print()
        except OSError:
            self._console.print("Keys need a terminal.", style="yellow")
        self._console.print(f"{self._answers} answers given, {words.cells(self._settled)} settled.")

    def _step(self) -> bool:
        """One question and the key struck; False to leave."""
        item_id = self._next()
        if item_id is None:
            self._console.print(
                "Only skipped questions wait." if self._skipped else "Nothing waits any more."
            )
            if not self._answered or self._key({"z": "undo the last answer", "q": "quit"}) == "q":
                return False
            self._undo()
            return True
        item: Row = self._one("SELECT review.question(%s) AS item", item_id)["item"]
        self._show(item)
        self._note = None
        key = self._ask(item)
        while key == "n":
            self._note = typer.prompt("Note (why)", default="", show_default=False).strip() or None
            key = self._ask(item)
        if key == "q":
            return False
        if key == "z":
            self._undo()
        elif key == "s":
            self._skipped.append(item_id)
        elif key == "c":
            value = typer.prompt(f"Value ({words.custom_hint(item)})", default="", show_default=False)
            if value.strip():
                self._decide(item, "custom", value)
        elif key.isdigit():
            value = item["suggestions"][int(key) - 1]["value"]
            proposed = value == item["proposal"] and item["proposal_field"] in (None, item["field"])
            self._decide(item, "accept" if proposed else "custom", None if proposed else value)
        else:
            self._decide(item, _KEYS[key], None)
        return True

    def _next(self) -> int | None:
        row = self._connection.execute(_NEXT, [self._skipped]).fetchone()
        return None if row is None else int(row[0])

    def _one(self, query: Any, *values: Any) -> Row:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(query, values).fetchone()
        assert row is not None
        return row

    def _show(self, item: Row) -> None:
        out = self._console
        out.rule(f"[bold]{words.ASKED[item['decision_on']]}", align="left")
        out.print(
            f"[bold]{escape(item['subject'] or '(blank)')}[/]   {escape(item['field'] or 'plain text')}"
        )
        if item["decision_on"] == "audit":
            out.print(f"Read as [bold]{escape(words.clean_value(item))}[/]")
        else:
            out.print(escape(item["reason"]))
        place = f"{item['source_name']}, {item['file_name']}, column {item['column_name']}"
        out.print(escape(f"{place} · {words.cells(item['cells'])}"), style="dim")
        if item["examples"]:
            out.print(escape("Such as: " + ", ".join(e["value"] for e in item["examples"])))
        if item["row_cells"]:
            table = Table.grid(padding=(0, 2))
            for cell in item["row_cells"]:
                here = cell["column"] == item["column_name"]
                table.add_row(
                    escape(cell["column"]), escape(cell["text"]), style="bold reverse" if here else "dim"
                )
            out.print(table)
        for number, suggestion in enumerate(item["suggestions"][:5], 1):
            origin = words.AGENTS.get(suggestion["agent"], suggestion["agent"])
            out.print(f"  [bold]{number}[/] {escape(suggestion['value'])}  [dim]{escape(origin)}[/]")

    def _ask(self, item: Row) -> str:
        """The key struck; one of those offered."""
        accept = words.accept_means(item)
        offered: dict[str, str | None] = {
            "a": accept,
            "r": words.reject_means(item),
            "c": "write a value",
            "u": "unsure",
            "n": "change the note" if self._note else "write a note",
            "s": "skip",
        }
        if self._answered:
            offered["z"] = "undo"
        offered["q"] = "quit"
        return self._key(offered, [str(number) for number in range(1, len(item["suggestions"][:5]) + 1)])

    def _key(self, offered: dict[str, str | None], more: Sequence[str] = ()) -> str:
        keys = [key for key, meaning in offered.items() if meaning]
        self._console.print("  ".join(f"[bold]{key}[/] {escape(str(offered[key]))}" for key in keys))
        keys += more
        while True:
            key = typer.getchar()
            if key == "\x04" or not key:
                raise EOFError
            if key in keys:
                return key
            self._console.print(f"{escape(repr(key))} is none of {' '.join(keys)}.", style="yellow")

    def _decide(self, item: Row, action: str, value: str | None) -> None:
        try:
            done = self._one(
                "SELECT * FROM review.decide(%s, %s, %s, %s, %s)",
                item["item_id"],
                action,
                value,
                self._reviewer,
                self._note,
            )
        except psycopg.Error as error:
            self._refused(from_database(error))
            return
        self._answers += 1
        self._console.print(
            escape(words.said(done["outcome"], item["subject"], done["result"], done["cells_settled"])),
            style="green",
        )
        if done["outcome"] in ("applied", "superseded"):
            self._settled += done["cells_settled"]
            self._answered.append((item["item_id"], done["decision_id"]))
        else:
            # it still waits, but not for this person
            self._skipped.append(item["item_id"])

    def _undo(self) -> None:
        item_id, decision_id = self._answered.pop()
        item: Row = self._one("SELECT review.question(%s) AS item", item_id)["item"]
        if item["standing"] != decision_id:
            self._console.print(
                "Not taken back: somebody else has answered or undone it since.", style="yellow"
            )
            return
        try:
            done = self._one("SELECT * FROM review.undo(%s, %s)", item_id, self._reviewer)
        except psycopg.Error as error:
            self._refused(from_database(error))
        else:
            self._console.print(
                f"Taken back: {words.cells(done['cells_settled'])} are as before.", style="green"
            )

    def _refused(self, error: OceanidError) -> None:
        self._console.print(f"[bold red]Not taken:[/] {escape(error.message)}")
        if error.hint:
            self._console.print(escape(error.hint), style="dim")
