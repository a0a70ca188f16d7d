"""What the tests of the pages share: forms as a browser would send them, and reviewers who are signed in."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
from fastapi.testclient import TestClient

from tests.documents import Desk
from workers.web.app import create_app

KEY = b"a key of the tests, thirty-two b"


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.forms.setdefault(given["action"], {})
        elif (
            tag == "input" and self._form is not None and given.get("type") != "checkbox" and "name" in given
        ):
            self._form[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def form(page: httpx.Response, action: str) -> dict[str, str]:
    """The fields of the page's form, filled as the page fills them."""
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms[action]


def text(page: httpx.Response) -> str:
    """What a person reads: no tags, single spaces."""
    body = re.sub(r"<(head|script)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


class Person:
    """A reviewer at a browser of their own."""

    def __init__(self, desk: Desk, client: TestClient, name: str) -> None:
        self.name = name
        self.client = client
        self.token = desk.one("SELECT review.add_reviewer(%s, %s)", name, name.title())

    def sign_in(self, token: str | None = None) -> httpx.Response:
        """Through the sign-in page; the page that follows."""
        page = self.client.get("/sign-in")
        fields = form(page, "/sign-in")
        return self.client.post("/sign-in", data={**fields, "token": token or self.token})

    def get(self, path: str) -> httpx.Response:
        """A page."""
        return self.client.get(path)

    def look(self, item_id: int) -> dict[str, str]:
        """The answer form of an item, as it stands now."""
        return form(self.client.get(f"/items/{item_id}"), f"/items/{item_id}")

    def answer(self, item_id: int, seen: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        """Answer an item; `seen`: a form that was loaded earlier."""
        return self.client.post(f"/items/{item_id}", data={**(seen or self.look(item_id)), **fields})


class House:
    """A server over a desk's database, and the people who come to it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.app = create_app(desk.url, KEY)
        self._clients: list[TestClient] = []
        self._first = TestClient(self.app)
        self._first.__enter__()  # one start of the application for all

    def person(self, name: str = "maria", *, signed_in: bool = True) -> Person:
        """A reviewer with a browser, signed in or not yet."""
        client = TestClient(self.app)
        self._clients.append(client)
        person = Person(self.desk, client, name)
        if signed_in:
            assert person.sign_in().status_code == 200
        return person

    def item(self, subject: str) -> int:
        """The item that asks about a text."""
        item_id = self.desk.one(
            "SELECT item_id FROM review.items WHERE subject = %s ORDER BY item_id DESC LIMIT 1", subject
        )
        assert isinstance(item_id, int)
        return item_id

    def decisions(self, item_id: int) -> list[tuple[Any, ...]]:
        """(reviewer, action, result, applied) of an item, oldest first."""
        rows = self.desk.rows(
            "SELECT reviewer, action, result, applied FROM review.decisions WHERE item_id = %s ORDER BY decision_id",
            item_id,
        )
        return [tuple(row.values()) for row in rows]

    def close(self) -> None:
        """Stop."""
        self._first.__exit__(None, None, None)
        for client in self._clients:
            client.close()
