"""A proxy in front of Argilla that can break: answers 503 for a while, or keeps an answer back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3


class Proxy:
    """Counts what passes; `broken` answers 503 to everything, `hold` keeps back the answer to a
    matching request once `hold_after` of them have passed."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.broken = threading.Event()
        self.refused = 0
        self.hold: tuple[str, str] | None = None
        self.hold_after = 0
        self.held = threading.Event()
        self.let_go = threading.Event()
        self.passed: list[tuple[str, str]] = []
        self.pool = urllib3.PoolManager(maxsize=8)


@contextmanager
def proxy(target: str) -> Iterator[Proxy]:
    """A running proxy on loopback."""
    state = Proxy(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if state.broken.is_set():
                state.refused += 1
                self._answer(503, b"Service Unavailable", "text/plain")
                return
            wanted = ("X-Argilla-Api-Key", "Content-Type")
            headers = {n: self.headers[n] for n in wanted if self.headers[n]}
            answer = state.pool.request(
                self.command, state.target + self.path, body=body, headers=headers, retries=False
            )
            state.passed.append((self.command, self.path))
            if state.hold and state.hold[0] == self.command and state.hold[1] in self.path:
                state.hold_after -= 1
                if state.hold_after < 0:
                    # done over there, and the client does not know
                    state.held.set()
                    state.let_go.wait(60)
            self._answer(answer.status, answer.data, answer.headers.get("Content-Type", "application/json"))

        def _answer(self, status: int, body: bytes, content_type: str) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        state.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
