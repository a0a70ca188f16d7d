"""A server that takes uploads, for tests: in process, or as a real one on a port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import uvicorn
from fastapi.testclient import TestClient
from psycopg.rows import dict_row

from workers.settings import Settings
from workers.web.app import create_app

CSV = b"Vessel Name,Flag,IMO Number\nORION,NZL,9000000\n"
SOURCE = {"source_type": "RFMO", "source_name": "NEAFC"}


class Counter:
    """A server that takes uploads, one uploader, and the database behind it."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.settings = settings
        self.db = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        self.app = create_app(url, b"k" * 32, settings)
        self.client = TestClient(self.app)
        self.client.__enter__()
        self.token = self.one("SELECT stage.add_uploader('maria', 'Maria Soto')")
        self.client.headers["Authorization"] = f"Bearer {self.token}"

    def one(self, query: str, *values: Any) -> Any:
        row = self.db.execute(query, values).fetchone()
        return next(iter(row.values())) if row else None

    def post(self, content: Any = CSV, name: str = "list.csv", **more: Any) -> httpx.Response:
        """A file as the body."""
        return self.client.post("/upload", params={**SOURCE, "file_name": name, **more}, content=content)

    def post_form(self, content: bytes = CSV, name: str = "list.csv", **fields: str) -> httpx.Response:
        """A file in a form."""
        return self.client.post("/upload", data=fields or SOURCE, files={"file": (name, content)})

    def receipts(self) -> list[dict[str, Any]]:
        """All receipts, oldest first."""
        return self.db.execute("SELECT * FROM stage.uploads ORDER BY started_at").fetchall()

    def limit(self, name: str, value: int) -> None:
        self.db.execute("UPDATE stage.limits SET value = %s WHERE name = %s", [value, name])

    def close(self) -> None:
        self.client.__exit__(None, None, None)
        self.db.close()


Open = Callable[..., Counter]


@contextmanager
def served(counter: Counter) -> Iterator[int]:
    """A real server, because TestClient hands a body over only when all of it is there. Its port."""
    server = uvicorn.Server(uvicorn.Config(counter.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
