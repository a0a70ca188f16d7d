"""A real argilla-server in an environment of its own, with SQLite, Redis (or its double) and a doubled index.

`OCEANID_TEST_ARGILLA_ENV` names the directory of that environment; it is made there once (default: a directory in
the temporary folder) and used again. Everything listens on loopback and ends with the test.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

VERSION = "2.8.0"
# what that version was made for: later ones of these no longer fit it
PACKAGES = [
    f"argilla-server=={VERSION}",
    "click<8.2",
    "huggingface-hub<1",
    "datasets<5",
    "fakeredis[lua]>=2.26",
]
OWNER, OWNER_KEY = "oceanid", "owner.apikey"
REDIS_DOUBLE = (
    "import sys; from fakeredis import TcpFakeServer; "
    "TcpFakeServer(('127.0.0.1', int(sys.argv[1])), server_type='redis').serve_forever()"
)


def environment() -> Path:
    """The environment's Python. Skips the test, with the reason, where it cannot be made."""
    named = os.environ.get("OCEANID_TEST_ARGILLA_ENV")
    home = Path(named) if named else Path(tempfile.gettempdir()) / f"oceanid-argilla-{VERSION}"
    home.parent.mkdir(parents=True, exist_ok=True)
    python, made = home / "bin" / "python", home / "oceanid-complete"
    with Path(f"{home}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists() and made.read_text() == "\n".join(PACKAGES):
            return python
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(python), "-m", "pip", "install", "--quiet", *PACKAGES],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"no environment for argilla-server: {done.stderr.strip()[-300:]}")
        made.write_text("\n".join(PACKAGES))
    return python


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Person:
    """An annotator."""

    name: str
    id: str
    key: str


@dataclass
class RealArgilla:
    """The running server, and the few calls with which tests play the people who use it."""

    url: str
    people: dict[str, Person] = field(default_factory=dict)
    log: Path | None = None

    def call(self, method: str, path: str, body: Any = None, key: str = OWNER_KEY) -> Any:
        """The JSON answered; fails the test on any refusal."""
        answer = requests.request(
            method, f"{self.url}/api/v1{path}", json=body, headers={"X-Argilla-Api-Key": key}, timeout=120
        )
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def person(self, name: str) -> Person:
        """An annotator of that name; made where it is missing."""
        if name not in self.people:
            made = self.call(
                "POST",
                "/users",
                {"username": name, "first_name": name, "password": "password-" + name, "role": "annotator"},
            )
            self.people[name] = Person(name, made["id"], made["api_key"])
        return self.people[name]

    def datasets(self, workspace: str = "oceanid") -> dict[str, str]:
        """Ids of the workspace's datasets by name."""
        (found,) = [w for w in self.call("GET", "/me/workspaces")["items"] if w["name"] == workspace]
        listed = self.call("GET", f"/me/datasets?workspace_id={found['id']}")
        return {d["name"]: d["id"] for d in listed["items"]}

    def admit(self, person: Person, workspace: str = "oceanid") -> None:
        """Let the annotator into the workspace; once is enough."""
        (found,) = [w for w in self.call("GET", "/me/workspaces")["items"] if w["name"] == workspace]
        members = self.call("GET", f"/workspaces/{found['id']}/users")["items"]
        if person.id not in {m["id"] for m in members}:
            self.call("POST", f"/workspaces/{found['id']}/users", {"user_id": person.id})

    def records(self, workspace: str = "oceanid") -> dict[str, dict[str, Any]]:
        """Every record of the workspace by its external id; fails where two have the same."""
        found: dict[str, dict[str, Any]] = {}
        for dataset_id in self.datasets(workspace).values():
            start = 0
            while True:
                query = f"?include=responses&include=suggestions&offset={start}&limit=1000"
                items = self.call("GET", f"/datasets/{dataset_id}/records{query}")["items"]
                for item in items:
                    assert item["external_id"] not in found, f"twice: {item['external_id']}"
                    found[item["external_id"]] = item
                start += len(items)
                if len(items) < 1000:
                    break
        return found

    def answer(self, person: Person, answers: dict[str, dict[str, str]], status: str = "submitted") -> None:
        """Responses by record id, {question: value}; 100 a request, as the API takes them."""
        items = [
            {"record_id": r, "status": status, "values": {q: {"value": v} for q, v in values.items()}}
            for r, values in answers.items()
        ]
        for start in range(0, len(items), 100):
            given = self.call("POST", "/me/responses/bulk", {"items": items[start : start + 100]}, person.key)
            refused = [g["error"] for g in given["items"] if g["error"]]
            assert not refused, refused[:3]


@contextmanager
def _process(command: list[str], log: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    with log.open("w") as stream:
        started = subprocess.Popen(command, stderr=stream, text=True, **options)
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(timeout=10)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def _listens(port: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def real_argilla(home: Path) -> Iterator[RealArgilla]:
    """A server with an empty database in `home`, and an owner."""
    python = environment()
    with ExitStack() as stack:
        double = Path(__file__).with_name("index_double.py")
        index = stack.enter_context(
            _process([sys.executable, str(double)], home / "index.log", stdout=subprocess.PIPE)
        )
        assert index.stdout is not None
        index_port = int(index.stdout.readline())
        redis_port, port = free_port(), free_port()
        redis = shutil.which("redis-server")
        command = (
            [redis, "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
            if redis
            else [str(python), "-c", REDIS_DOUBLE, str(redis_port)]
        )
        stack.enter_context(_process(command, home / "redis.log", stdout=subprocess.DEVNULL))
        _listens(redis_port)
        variables = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("ARGILLA_", "OCEANID_"))},
            "ARGILLA_HOME_PATH": str(home),
            "ARGILLA_DATABASE_URL": f"sqlite+aiosqlite:///{home}/argilla.db?check_same_thread=False",
            "ARGILLA_ELASTICSEARCH": f"http://127.0.0.1:{index_port}",
            "ARGILLA_REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "HF_HUB_OFFLINE": "1",
            "NO_PROXY": "127.0.0.1",
        }
        for arguments in (
            ["database", "migrate"],
            ["database", "users", "create", "--first-name", OWNER, "--username", OWNER, "--role", "owner",
             "--password", "password-of-owner", "--api-key", OWNER_KEY],
        ):  # fmt: skip
            done = subprocess.run(
                [str(python), "-m", "argilla_server", *arguments],
                env=variables,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr[-2000:]
        log = home / "argilla.log"
        serve = ["-m", "uvicorn", "argilla_server:app", "--port", str(port), "--log-level", "warning"]
        stack.enter_context(
            _process([str(python), *serve], log, env=variables, stdout=subprocess.DEVNULL, cwd=home)
        )
        _listens(port, 180)
        yield RealArgilla(f"http://127.0.0.1:{port}", log=log)
