"""A helper process that answers one JSON line with one JSON line, and may die without harm.

What reads hostile files (pdfium, docling-parse) runs in one: a crash or a hang costs the file, not the worker. The
process is started at the first question and again after it died; it ends when its parent does, since its
standard input then ends.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
_PIECE = 1024 * 1024


class ChildDied(Exception):
    """The process ended, or was killed because it took too long (`timed_out`), while it was asked."""

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class Child:
    """A process `python -m module arguments…` that runs `serve`. Threads may share it: one question at a time."""

    def __init__(
        self, module: str, *arguments: str, python: str = sys.executable, start_seconds: float = 120
    ) -> None:
        self._command = [python, "-m", module, *arguments]
        self._start_seconds = start_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._lock = threading.Lock()

    def start(self) -> dict[str, Any]:
        """Start the process unless it runs; what it said when it was ready. Raises ChildDied."""
        with self._lock:
            return self._start()

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a request. Raises ChildDied where there is none within `seconds`; the process is gone then."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            assert self._process is not None and self._process.stdin is not None
            try:
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
            except OSError:
                raise self._died() from None
            return self._answer(seconds)

    def close(self) -> None:
        """End the process. May be called twice."""
        with self._lock:
            self._kill()

    def _start(self) -> dict[str, Any]:
        if self._process is not None and self._process.poll() is None:
            return {}
        self._kill()
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        # A session of its own: Ctrl-C is for the parent, which lets a question in hand be answered.
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        return self._answer(self._start_seconds)

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        until = time.monotonic() + seconds
        pieces = [self._rest]
        while b"\n" not in pieces[-1]:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                self._kill()
                raise ChildDied(f"It took longer than {seconds:g} seconds.", timed_out=True)
            piece = os.read(self._process.stdout.fileno(), _PIECE)
            if not piece:
                raise self._died()
            pieces.append(piece)
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> ChildDied:
        assert self._process is not None
        try:
            code: int | None = self._process.wait(5)
        except subprocess.TimeoutExpired:
            code = None
        self._kill()
        return ChildDied(f"Its process ended with {code}.")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        self._process = None
        self._rest = b""


def serve(handle: Callable[[dict[str, Any]], dict[str, Any]], ready: Mapping[str, Any]) -> None:
    """The helper's side: say `ready`, then answer requests until standard input ends.

    Whatever libraries print goes to standard error, so that answers stay clean.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(answer: Mapping[str, Any]) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    say(ready)
    for line in sys.stdin.buffer:
        say(handle(json.loads(line)))
