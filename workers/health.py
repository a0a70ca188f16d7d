"""/health and /metrics of one worker process. Plain HTTP, on loopback unless told otherwise.

For a supervisor on the same machine or network: it says nothing about jobs' contents and takes no input.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg

from workers.database import connect
from workers.errors import ConfigurationError, DatabaseUnavailable
from workers.runtime_keeper import Pulse

log = logging.getLogger("oceanid.worker")

_GRACE_SECONDS = 10.0  # on top of the worker's own rest: what a slow statement or a busy machine may add
_CONNECT_SECONDS = 3


@contextmanager
def serve(url: str, pulse: Pulse, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Serve both paths in a thread as long as the context lasts; yields the port (0: any free one).

    Raises ConfigurationError where the port is taken.
    """

    class Answer(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/health":
                status, state = health(url, pulse)
                self._send(status, "application/json", json.dumps(state) + "\n")
            elif path == "/metrics":
                status, text = metrics(url, pulse)
                self._send(status, "text/plain; version=0.0.4; charset=utf-8", text)
            else:
                self._send(404, "text/plain; charset=utf-8", "There are /health and /metrics.\n")

        def _send(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            log.debug("health port: " + format, *args)

    try:
        server = ThreadingHTTPServer((host, port), Answer)
    except OSError as error:
        raise ConfigurationError(
            f"The health port {host}:{port} cannot be opened: {error.strerror or error}.",
            hint="Choose another one with --health-port or OCEANID_HEALTH_PORT.",
        ) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="oceanid-health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def health(url: str, pulse: Pulse) -> tuple[int, dict[str, object]]:
    """Status code and state: 200 while the loop goes round (or keeps its job) and the database answers."""
    now = time.monotonic()
    job = pulse.job
    reason = pulse.trouble
    if reason is None and job is None and now - pulse.ticked > pulse.rest + _GRACE_SECONDS:
        reason = f"the loop has not gone round for {now - pulse.ticked:.0f} s"
    if (
        reason is None
        and job is not None
        and now - pulse.kept > job.lease_for.total_seconds() + _GRACE_SECONDS
    ):
        reason = f"the lease on {job.name} is not being extended"
    if reason is None:
        try:
            with connect(
                url, autocommit=True, application_name="oceanid health", connect_timeout=_CONNECT_SECONDS
            ) as c:
                c.execute("SELECT 1")
        except (DatabaseUnavailable, psycopg.Error) as error:
            reason = getattr(error, "message", None) or str(error)
    state: dict[str, object] = {
        "status": "ok" if reason is None else "failing",
        "reason": reason,
        "worker": pulse.worker,
        "queues": pulse.queues,
        "job": job.name if job else None,
        "job_seconds": round(now - pulse.job_since, 1) if job else None,
        "ticked_seconds_ago": round(now - pulse.ticked, 1),
        "up_seconds": round(now - pulse.started, 1),
    }
    return (200 if reason is None else 503), state


def metrics(url: str, pulse: Pulse) -> tuple[int, str]:
    """Status code and Prometheus text: ops.metric, and this process's counters (also without a database)."""
    samples: list[tuple[str, Mapping[str, str], float, str, str]] = [
        (
            "oceanid_worker_up_seconds",
            {},
            time.monotonic() - pulse.started,
            "gauge",
            "Time since this worker started",
        ),
        (
            "oceanid_worker_busy",
            {},
            float(pulse.job is not None),
            "gauge",
            "1 while this worker has a job in hand",
        ),
    ]
    for outcome, value in asdict(pulse.report).items():
        if outcome == "reconnects":
            samples.append(
                (
                    "oceanid_worker_reconnects_total",
                    {},
                    value,
                    "counter",
                    "Database connections lost and found again",
                )
            )
        elif outcome not in ("left", "dead"):
            samples.append(
                (
                    "oceanid_worker_attempts_total",
                    {"outcome": outcome},
                    value,
                    "counter",
                    "Attempts of this worker",
                )
            )
    try:
        with connect(
            url, autocommit=True, application_name="oceanid health", connect_timeout=_CONNECT_SECONDS
        ) as c:
            samples += c.execute("SELECT name, labels, value, kind, help FROM ops.metric").fetchall()
        reachable = 1.0
    except (DatabaseUnavailable, psycopg.Error):
        reachable = 0.0
    samples.append(
        ("oceanid_worker_database_up", {}, reachable, "gauge", "1 while the database answers this worker")
    )
    return 200, prometheus(samples)


def prometheus(samples: Iterable[tuple[str, Mapping[str, str], float, str, str]]) -> str:
    """Samples (name, labels, value, kind, help) as Prometheus' text format, those of a name together."""
    by_name: dict[str, list[tuple[str, Mapping[str, str], float, str, str]]] = {}
    for sample in samples:
        by_name.setdefault(sample[0], []).append(sample)
    lines: list[str] = []
    for name, group in sorted(by_name.items()):
        lines += [f"# HELP {name} {group[0][4]}", f"# TYPE {name} {group[0][3]}"]
        for _, labels, value, _, _ in group:
            inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in sorted(labels.items()))
            lines.append(f"{name}{{{inner}}} {value:.15g}" if inner else f"{name} {value:.15g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
