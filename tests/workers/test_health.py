"""/health and /metrics over real HTTP."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from tests.workers.runtime_process import background, prepare, until
from workers.errors import ConfigurationError
from workers.health import health, metrics, prometheus, serve
from workers.runtime_keeper import Pulse


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_working_worker_is_healthy_and_says_what_it_does(database_url: str, db: psycopg.Connection) -> None:
    prepare(db, "k", seconds=2)
    with background(database_url) as (pulse, finish), serve(database_url, pulse) as port:
        until(lambda: pulse.job)
        status, body = get(port, "/health")
        state = json.loads(body)
        assert (status, state["status"], state["job"], state["queues"]) == (
            200,
            "ok",
            "clean/k",
            ["clean", "score"],
        )
        until(lambda: pulse.report.done == 2)
        status, body = get(port, "/metrics")
        assert status == 200
        assert 'oceanid_jobs{queue="clean",state="done"} 1\n' in body
        assert 'oceanid_worker_attempts_total{outcome="done"} 2\n' in body
        assert "# TYPE oceanid_worker_attempts_total counter\n" in body
        assert "oceanid_worker_database_up 1\n" in body
        assert get(port, "/etc")[0] == 404
        finish()


def test_a_database_that_does_not_answer_is_unhealthy_but_metrics_go_on(tmp_path: Path) -> None:
    url = f"postgresql://u:pa55word@/x?host={tmp_path}"
    with serve(url, Pulse(queues=["clean"])) as port:
        status, body = get(port, "/health")
        assert status == 503
        assert "Cannot connect" in json.loads(body)["reason"]
        assert "pa55word" not in body
        assert "oceanid_worker_database_up 0\n" in get(port, "/metrics")[1]


def test_a_loop_that_does_not_go_round_is_unhealthy(database_url: str) -> None:
    pulse = Pulse(queues=["clean"])
    assert health(database_url, pulse)[0] == 200
    pulse.ticked = time.monotonic() - pulse.rest - 11
    status, state = health(database_url, pulse)
    assert (status, state["reason"]) == (503, "the loop has not gone round for 16 s")
    pulse.tick()
    pulse.trouble = "connection lost"
    assert health(database_url, pulse)[1]["reason"] == "connection lost"


def test_every_line_of_metrics_is_prometheus_text(db: psycopg.Connection, database_url: str) -> None:
    _, text = metrics(database_url, Pulse(queues=["clean"]))
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert all(
        line.startswith("# ") or line.rpartition(" ")[2].replace(".", "", 1) for line in text.splitlines()
    )
    assert (
        prometheus([("m", {"q": 'a"b\\c\nd'}, 1.5, "gauge", "x")]).splitlines()[-1]
        == 'm{q="a\\"b\\\\c\\nd"} 1.5'
    )


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=str(port)), serve("", Pulse(queues=[]), port=port):
            pass
