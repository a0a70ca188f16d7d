"""`create_app`: the built-in review and the uploads as one ASGI application.

Its roles in the database are oceanid_reviewer and oceanid_uploader.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from workers.settings import Settings, get_settings
from workers.web import answers, pages, uploads
from workers.web.face import HERE, Face, told
from workers.web.sessions import Keyring, Refused, SignInNeeded
from workers.web.store import Store
from workers.web.upload_store import UploadStore

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # no-referrer would also blank the Origin header, by which forged forms are known
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(url: str, key: bytes, settings: Settings | None = None) -> FastAPI:
    """The application over a database. `key` signs its cookies; servers that share it share their sign-ins.

    `settings` (by default the process's) say where uploads are kept, who scans them and which origins may send them.
    """
    store = Store(url)
    upload_store = UploadStore(url)
    face = Face(store, Keyring(key))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        store.open()
        upload_store.open()
        try:
            yield
        finally:
            upload_store.close()
            store.close()

    app = FastAPI(title="Oceanid review", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.include_router(pages.router(face))
    app.include_router(answers.router(face))
    uploads.add_uploads(app, upload_store, settings or get_settings())

    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        if not request.url.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.exception_handler(SignInNeeded)
    def sign_in_needed(request: Request, error: SignInNeeded) -> Response:
        return face.sign_in_page(request, error.reason, error.hint, error.back, error.draft)

    @app.exception_handler(Refused)
    def forged(request: Request, _: Refused) -> Response:
        return face.refusal(
            request,
            403,
            "This form did not come from a page of this sign-in. Nothing was taken.",
            "Go back, load the page again and send it from there.",
        )

    @app.exception_handler(psycopg.Error)
    def refused(request: Request, error: psycopg.Error) -> Response:
        return face.refusal(request, *told(error))

    @app.exception_handler(PoolTimeout)
    def no_connection(request: Request, _: PoolTimeout) -> Response:
        return face.refusal(
            request, 503, "The database does not answer.", "Nothing was taken. Try again in a moment."
        )

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, _: RequestValidationError) -> Response:
        return face.refusal(
            request,
            422,
            "Something in this address or form is too long or no number.",
            "Nothing was taken. Go back.",
        )

    @app.exception_handler(HTTPException)
    def no_page(request: Request, error: HTTPException) -> Response:
        return face.refusal(
            request, error.status_code, "There is no such page.", "The queue is where work starts."
        )

    return app
