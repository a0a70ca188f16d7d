"""Sign-in that lasts: signed cookies, tokens against forged forms, and what was typed while it expired.

Whoever has the same key accepts the same cookies: a server after its restart, and several side by side.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import stat
import tempfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request, Response

from workers.errors import ConfigurationError
from workers.settings import Settings

SESSION = "oceanid_session"
GUEST = "oceanid_guest"
DRAFT = "oceanid_draft"
_COOKIE_LIMIT = 3800
"""Bytes of a cookie's value that every browser keeps."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who is signed in, as review.session says."""

    name: str
    display_name: str
    may_adjudicate: bool


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer: the sign-in page follows, with what was typed."""

    def __init__(self, reason: str, hint: str | None, back: str, draft: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.back = back
        self.draft = draft


class Refused(Exception):
    """A form that this server did not hand to this person: 403."""


def review_key(settings: Settings) -> bytes:
    """The key that signs cookies and forms: OCEANID_REVIEW_KEY, or the one kept in OCEANID_HOME.

    Raises ConfigurationError where it is too short, cannot be kept, or can be read by others.
    """
    if settings.review_key is not None:
        return _long_enough(settings.review_key.get_secret_value().encode(), "OCEANID_REVIEW_KEY")
    path = settings.home_path / "review.key"
    try:
        if not path.exists():
            _keep(path, secrets.token_hex(32))
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigurationError(
                f"Others can read {path}, which signs everybody's sign-in.",
                hint=f"Remove it (all sign in anew), or: chmod 600 {path}",
            )
        return _long_enough(path.read_bytes().strip(), str(path))
    except OSError as error:
        raise ConfigurationError(
            f"The key of the review pages cannot be kept: {error}.",
            hint="Make OCEANID_HOME a directory that this account may write, or set OCEANID_REVIEW_KEY.",
        ) from error


def _keep(path: Path, key: str) -> None:
    """Write the file whole or not at all; of two servers that start at once, both get the first one's key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="review-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(key + "\n")
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < 32:
        raise ConfigurationError(
            f"{where} is too short to sign anything.",
            hint="32 signs or more, for example: openssl rand -hex 32",
        )
    return key


class Keyring:
    """Signs what goes into cookies and forms."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def seal(self, purpose: str, content: Any) -> str:
        """JSON content as signed text."""
        packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode())
        body = base64.urlsafe_b64encode(packed).decode()
        return f"{body}.{self._mac(purpose, body)}"

    def open(self, purpose: str, sealed: str | None) -> Any:
        """The content of a sealed text; None where there is none or it is not ours."""
        body, _, mac = (sealed or "").rpartition(".")
        if not body or not hmac.compare_digest(mac.encode(), self._mac(purpose, body).encode()):
            return None
        return json.loads(zlib.decompress(base64.urlsafe_b64decode(body)))

    def form_token(self, request: Request) -> str:
        """The token that a form must bring back: bound to the session, or to the guest before sign-in."""
        return self._mac("form", request.cookies.get(SESSION) or request.cookies.get(GUEST) or "")

    def check_form(self, request: Request, token: str | None) -> None:
        """Raise Refused unless the form came from a page of ours, shown to this very session."""
        if not (request.cookies.get(SESSION) or request.cookies.get(GUEST)):
            raise Refused
        if not hmac.compare_digest((token or "").encode(), self.form_token(request).encode()):
            raise Refused


def from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site sent this request."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


def set_cookie(
    request: Request, response: Response, name: str, value: str, seconds: int | None = None
) -> None:
    """A cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )


def sealed_draft(keys: Keyring, draft: dict[str, Any] | None) -> str | None:
    """What was typed, as a cookie's value; None where there is nothing, or more than a cookie holds."""
    sealed = keys.seal("draft", draft) if draft else None
    return sealed if sealed and len(sealed) <= _COOKIE_LIMIT else None


def keep_draft(request: Request, response: Response, keys: Keyring, draft: dict[str, Any] | None) -> None:
    """Carry what was typed over to the page after sign-in, for an hour."""
    sealed = sealed_draft(keys, draft)
    if sealed:
        set_cookie(request, response, DRAFT, sealed, 3600)
