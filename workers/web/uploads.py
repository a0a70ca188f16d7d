"""Uploads over HTTP: `POST /upload` takes a file, `/upload/presigned` sends a large one past this server, `GET` tells.

Answers are JSON. A refusal is `{"error", "hint"}` with the status that fits; what decides is in SQL (stage.*_upload).
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from workers.errors import DocumentRejected, OceanidError, ServiceUnavailable
from workers.objects import ObjectMissing, ObjectStore, hash_file, object_store, raw_key
from workers.reader.sniff import content_kind
from workers.settings import Settings
from workers.web.face import told
from workers.web.receiving import Received, UploadRefused, is_form, receive
from workers.web.scanning import scan
from workers.web.upload_store import Begun, Declared, UploadStore

_DECLARED = ("source_type", "source_name", "list_name", "file_name", "sha256")
_STATUS = {
    "size": 413, "kind": 415, "time": 408, "incomplete": 400, "malformed": 400, "waiting": 409, "scan": 503,
    "store": 503, "failed": 500,
}  # fmt: skip
"""HTTP status of a refusal; 422 for what is not here."""


class Announced(BaseModel):
    """A large file that is to go straight into the object store."""

    file_name: str = Field(max_length=1000)
    byte_size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    source_type: str | None = Field(None, max_length=200)
    source_name: str | None = Field(None, max_length=200)
    list_name: str | None = Field(None, max_length=200)


class _JsonRoute(APIRoute):
    """A route whose refusals are JSON, not pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except UploadRefused as error:
                return _refusal(
                    _STATUS.get(error.refusal, 422), error.message, error.hint, refusal=error.refusal
                )
            except psycopg.Error as error:
                status, message, hint = told(error)
                return _refusal(status, message, hint, wait=_seconds_to_wait(error))
            except PoolTimeout:
                return _refusal(
                    503, "The database does not answer.", "Nothing was taken. Try again in a moment."
                )
            except OceanidError as error:
                return _refusal(
                    503 if isinstance(error, ServiceUnavailable) else 500, error.message, error.hint
                )
            except RequestValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"][1:])
                return _refusal(422, f"{where}: {first['msg']}.", "docs/upload.md says what to send.")

        return handler


class Desk:
    """Takes uploads: the database, the object store and the scanner of one running server."""

    def __init__(self, store: UploadStore, settings: Settings) -> None:
        self.store = store
        self.settings = settings

    @cached_property
    def objects(self) -> ObjectStore:
        """The object store, made when the first upload comes."""
        return object_store(self.settings)

    async def take_body(self, request: Request, begun: Begun, declared: Declared) -> JSONResponse:
        """Receive, judge and store the file of a request."""
        with tempfile.TemporaryDirectory(prefix="oceanid-upload-") as folder:
            try:
                try:
                    async with asyncio.timeout(begun.max_seconds):
                        received = await receive(request, Path(folder) / "file", begun.max_bytes)
                except TimeoutError:
                    raise UploadRefused(
                        "time",
                        f"The file did not arrive within {begun.max_seconds} s.",
                        hint="Send it again.",
                    ) from None
                return await run_in_threadpool(self.take_file, begun.upload_id, received, declared)
            except BaseException as error:
                await run_in_threadpool(self._close, begun.upload_id, error)
                raise

    def take_file(self, upload_id: UUID, received: Received, declared: Declared) -> JSONResponse:
        """Judge a file that has arrived, put it into the object store and make it a document."""
        said: Declared = {**declared, **{k: v for k, v in received.fields.items() if k in _DECLARED and v}}
        try:
            kind = content_kind(received.path)
        except DocumentRejected as error:
            if received.size:
                raise UploadRefused("kind", error.message, hint=error.hint) from error
            kind = "text"
        checked = self.store.check(
            upload_id,
            said,
            received.sha256,
            received.size,
            kind,
            raw_key(received.sha256, str(said.get("file_name") or "")),
        )
        if checked.state == "refused":
            raise UploadRefused(checked.refusal or "refused", checked.reason or "")
        scan(self.settings.upload_scan, received.path, checked.scan_seconds)
        assert checked.object_key is not None
        self.objects.put(checked.object_key, received.path)
        taken = self.store.take(upload_id)
        return JSONResponse(
            jsonable_encoder(
                {
                    "doc_id": taken.doc_id,
                    "doc_sha256": taken.doc_sha256,
                    "upload_id": upload_id,
                    "is_new": taken.is_new,
                    "receipt": f"/upload/{taken.doc_id}",
                }
            ),
            201 if taken.is_new else 200,
        )

    def presign(self, announced: Announced, token: str, client: dict[str, Any]) -> JSONResponse:
        """An address to which a large file is PUT."""
        if not self.objects.presigns:
            raise UploadRefused(
                "presigned",
                "This server keeps files in a plain directory, which has no presigned addresses.",
                hint="POST /upload takes the file; its limit is max_upload_bytes in stage.limits.",
            )
        begun = self.store.begin(token, "presigned", announced.model_dump(), client)
        url = self.objects.presigned_put(
            _incoming(begun.upload_id), announced.byte_size, begun.presigned_seconds
        )
        return JSONResponse(
            jsonable_encoder(
                {
                    "upload_id": begun.upload_id,
                    "method": "PUT",
                    "url": url,
                    "headers": {"Content-Length": str(announced.byte_size)},
                    "expires_in": begun.presigned_seconds,
                    "complete": f"/upload/{begun.upload_id}/complete",
                }
            ),
            201,
        )

    def complete(self, upload_id: UUID, token: str) -> JSONResponse:
        """A presigned upload has arrived: fetch it, verify it, take it. Called again it answers the same."""
        row = self.store.own(token, upload_id)
        if row["upload_id"] != upload_id or row["way"] != "presigned":
            raise UploadRefused(
                "presigned", "This is no presigned upload.", hint="POST /upload/presigned begins one."
            )
        if row["state"] == "refused":
            raise UploadRefused(row["refusal"], row["reason"])
        if row["state"] == "taken":
            return JSONResponse(
                {
                    "doc_id": str(row["doc_id"]),
                    "doc_sha256": row["sha256"].hex(),
                    "upload_id": str(upload_id),
                    "is_new": row["is_new"],
                    "receipt": f"/upload/{row['doc_id']}",
                }
            )
        key = _incoming(upload_id)
        with tempfile.TemporaryDirectory(prefix="oceanid-upload-") as folder:
            path = Path(folder) / "file"
            try:
                self._fetch(key, path, row["byte_size"])
                digest, size = hash_file(path)
                answer = self.take_file(upload_id, Received(path, digest, size, {}), {})
            except BaseException as error:
                if getattr(error, "refusal", None) != "waiting":
                    self._close(upload_id, error)
                    self._forget(key)
                raise
        self._forget(key)
        return answer

    def _fetch(self, key: str, path: Path, announced: int) -> None:
        try:
            # A wrong size is known before a byte is fetched.
            if (there := self.objects.size(key)) != announced:
                raise UploadRefused(
                    "size",
                    f"{there:,} bytes arrived, {announced:,} were announced.",
                    hint="Begin a new upload.",
                )
            self.objects.get(key, path)
        except ObjectMissing:
            raise UploadRefused(
                "waiting",
                "The file has not arrived yet.",
                hint="PUT it to the address first, then call this again.",
            ) from None

    def _forget(self, key: str) -> None:
        # What stays behind is only unused; docs/upload.md says how the bucket clears it away.
        with suppress(OceanidError):
            self.objects.remove(key)

    def _close(self, upload_id: UUID, error: BaseException) -> None:
        """Keep on the receipt why it came to nothing; where that fails too, stage.end_stale_uploads does."""
        if isinstance(error, UploadRefused):
            refusal, reason = error.refusal, f"{error.message} {error.hint or ''}".strip()
        elif isinstance(error, OceanidError):
            refusal, reason = "store", f"{error.message} {error.hint or ''}".strip()
        else:
            refusal, reason = "failed", "The server failed or stopped. Send the file again."
        with suppress(psycopg.Error, PoolTimeout):
            self.store.refuse(upload_id, refusal, reason)


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/upload", route_class=_JsonRoute)

    @routes.post("")
    async def upload(request: Request) -> Response:
        declared: Declared = {name: request.query_params.get(name) for name in _DECLARED}
        length = request.headers.get("content-length", "")
        if not is_form(request) and re.fullmatch("[0-9]{1,18}", length):
            declared["byte_size"] = int(length)
        begun = await run_in_threadpool(
            desk.store.begin, _token(request), "direct", declared, _client(request)
        )
        return await desk.take_body(request, begun, declared)

    @routes.post("/presigned")
    def presigned(announced: Announced, request: Request) -> Response:
        return desk.presign(announced, _token(request), _client(request))

    @routes.post("/{upload_id}/complete")
    def complete(upload_id: UUID, request: Request) -> Response:
        return desk.complete(upload_id, _token(request))

    @routes.get("")
    def terms(request: Request) -> Response:
        return JSONResponse({**desk.store.terms(_token(request)), "presigned": desk.objects.presigns})

    @routes.get("/{some_id}")
    def receipt(some_id: UUID, request: Request) -> Response:
        return JSONResponse(desk.store.receipt(_token(request), some_id))

    return routes


class UploadCors:
    """Lets pages of the listed origins upload; everything else of the server stays as it is."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        self._app = app
        self._cors = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, uploads through the check of their origin."""
        path = scope.get("path", "")
        uploads = scope["type"] == "http" and (path == "/upload" or path.startswith("/upload/"))
        await (self._cors if uploads else self._app)(scope, receive, send)


def add_uploads(app: FastAPI, store: UploadStore, settings: Settings) -> None:
    """Add the routes to the application."""
    app.include_router(router(Desk(store, settings)))
    if settings.upload_origin_list:
        app.add_middleware(UploadCors, origins=settings.upload_origin_list)


def _incoming(upload_id: UUID) -> str:
    return f"incoming/{upload_id}"


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _client(request: Request) -> dict[str, Any]:
    facts = {
        "address": request.client.host if request.client else None,
        "user_agent": request.headers.get("user-agent"),
        "content_type": request.headers.get("content-type"),
        "origin": request.headers.get("origin"),
        "hf_space_commit": request.headers.get("x-hf-space-commit"),
    }
    return {name: value[:500] for name, value in facts.items() if value}


def _seconds_to_wait(error: psycopg.Error) -> int | None:
    found = re.match("[0-9]+", error.diag.message_detail or "") if error.sqlstate == "OC429" else None
    return int(found.group()) if found else None


def _refusal(
    status: int, message: str, hint: str | None, *, refusal: str | None = None, wait: int | None = None
) -> JSONResponse:
    content = {"error": message, "hint": hint, "refusal": refusal}
    headers = {"Connection": "close"} if status in (408, 413) else {}
    if wait is not None:
        headers["Retry-After"] = str(wait)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({k: v for k, v in content.items() if v is not None}, status, headers=headers)
