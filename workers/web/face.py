"""What every page shares: who is signed in, the frame around it, errors as sentences."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from fastapi import Request, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workers.errors import from_database
from workers.web import words
from workers.web.sessions import (
    GUEST,
    SESSION,
    Keyring,
    Reviewer,
    SignInNeeded,
    keep_draft,
    sealed_draft,
    set_cookie,
)
from workers.web.store import Store, Wanted

HERE = Path(__file__).parent
STATUS_OF = {"OC001": 422, "OC002": 409, "OC401": 401, "OC404": 404, "OC413": 413, "OC429": 429}
"""HTTP status of the database's refusals; anything else is a 503 or a 500."""


class Face:
    """The store, the keys and the templates of one running server."""

    def __init__(self, store: Store, keys: Keyring) -> None:
        self.store = store
        self.keys = keys
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["thousands"] = lambda number: f"{number:,}"
        environment.globals["words"] = words
        self._templates = Jinja2Templates(env=environment)

    def page(
        self, request: Request, name: str, who: Reviewer | None, status: int = 200, **content: Any
    ) -> Response:
        """A page in its frame."""
        return self._templates.TemplateResponse(
            request,
            name,
            {"who": who, "form_token": self.keys.form_token(request), "here": request.url.path, **content},
            status_code=status,
        )

    def signed_in(self, request: Request, back: str, draft: dict[str, Any] | None = None) -> Reviewer:
        """Who is signed in. Raises SignInNeeded with the reason, keeping `draft` (what was typed)."""
        sealed = request.cookies.get(SESSION)
        content = self.keys.open("session", sealed)
        if content is None:
            reason = "Your sign-in has ended." if sealed or draft else "Please sign in."
            raise SignInNeeded(reason, None, back, draft)
        try:
            return self.store.session(content["token"])
        except psycopg.Error as error:
            if error.sqlstate != "OC401":
                raise
            told = from_database(error)
            raise SignInNeeded(sentence(told.message), told.hint, back, draft) from error

    def sign_in_page(
        self, request: Request, reason: str | None, hint: str | None, back: str, draft: dict[str, Any] | None
    ) -> Response:
        """The sign-in page; what was typed goes with it and comes back afterwards."""
        guest = request.cookies.get(GUEST) or secrets.token_urlsafe(24)
        # The form belongs to the guest: the session's cookie is gone with this answer.
        request.cookies.pop(SESSION, None)
        request.cookies[GUEST] = guest
        response = self.page(
            request,
            "sign_in.html",
            None,
            401 if reason else 200,
            reason=reason,
            hint=hint,
            back=back,
            draft=draft,
            fits=sealed_draft(self.keys, draft) is not None,
        )
        set_cookie(request, response, GUEST, guest)
        response.delete_cookie(SESSION)
        keep_draft(request, response, self.keys, draft)
        return response

    def refusal(self, request: Request, status: int, message: str, hint: str | None) -> Response:
        """A page that says what is wrong and what to do."""
        return self.page(request, "message.html", None, status, message=message, hint=hint)


def sentence(text: str) -> str:
    """A database's message as a sentence."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def told(error: psycopg.Error) -> tuple[int, str, str | None]:
    """HTTP status, sentence and cure of a database error. What is not meant for people is not shown to them."""
    status = STATUS_OF.get(error.sqlstate or "")
    if status is not None:
        words_for = from_database(error)
        return status, sentence(words_for.message), words_for.hint
    if error.sqlstate in ("40001", "40P01", "55P03"):
        return 409, "Somebody else changed the same values at this moment.", "Send the answer again."
    if isinstance(error, psycopg.OperationalError):
        return 503, "The database does not answer.", "Nothing was taken. Try again in a moment."
    return 500, "The database refused this unexpectedly.", f"Nothing was taken. SQLSTATE {error.sqlstate}."


def address(path: str, wanted: Wanted, **more: Any) -> str:
    """A path with the filters that hold and further parameters; None is left out."""
    query = {"source": wanted.source, "field": wanted.field, "kind": wanted.kind, **more}
    text = urlencode({name: value for name, value in query.items() if value is not None})
    return f"{path}?{text}" if text else path


def wanted_of(source: str | None, field: str | None, kind: str | None) -> Wanted:
    """The filters as they came: '' is all; '-' as field is plain text."""
    return Wanted(source or None, "" if field == "-" else field or None, kind or None)


def local(back: str) -> str:
    """A path of this server to go back to; the queue where it is none."""
    plain = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if plain else "/"
